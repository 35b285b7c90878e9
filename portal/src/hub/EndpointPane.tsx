// The built-in endpoint: how event readers find it, its consumer groups, what arrives.
import { Button, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';

import { useQuery } from '../api/useQuery';
import { Choice, NameField } from '../components/fields';
import { AddRegular, DeleteRegular } from '../components/icons';
import {
  CopyField,
  QueryError,
  Essentials,
  Loading,
  Section,
  Time,
} from '../components/parts';
import { useHub } from './context';
import { LiveView } from './endpoint/LiveView';
import { HubPane } from './HubPane';
import { consumerGroupError, eventsConnectionString, readRights } from './logic/identity';
import { Confirm } from './parts/Confirm';
import { RowButton, Table } from '../components/Table';
import { FormPane } from '../components/FormPane';
import {
  addConsumerGroup,
  deleteConsumerGroup,
  listConsumerGroups,
  listPolicies,
  type ConsumerGroup,
} from './requests';

const useStyles = makeStyles({
  fields: { display: 'flex', flexDirection: 'column', gap: '12px', maxWidth: '900px' },
});

function ConnectionString({ endpoint, path }: { endpoint: string; path: string }) {
  const { id } = useHub();
  const [chosen, setChosen] = useState('service');
  const query = useQuery(`policies ${id}`, () => listPolicies(id));
  if (query.error) return <QueryError of={query} />;
  if (!query.data) return <Loading label="Loading the policies" />;
  const readers = query.data.filter((one) => readRights(one.rights).includes('ServiceConnect'));
  const policy = readers.find((one) => one.keyName === chosen) ?? readers[0];
  if (!policy) return <>No shared access policy has the right Service connect.</>;
  return (
    <>
      <Choice
        label="Shared access policy"
        value={policy.keyName}
        options={readers.map((one) => [one.keyName, one.keyName] as const)}
        onChange={setChosen}
      />
      <CopyField
        label="Event Hubs-compatible endpoint"
        value={eventsConnectionString(endpoint, policy.keyName, policy.primaryKey ?? '', path)}
        secret
      />
    </>
  );
}

function ConsumerGroups() {
  const { id } = useHub();
  const query = useQuery(`consumer groups ${id}`, (signal) => listConsumerGroups(id, signal));
  const [adding, setAdding] = useState(false);
  const [typed, setTyped] = useState('');
  const [deleting, setDeleting] = useState<string | null>(null);
  const names = query.data?.map((one) => one.name) ?? [];
  const error = consumerGroupError(typed.trim(), names);
  return (
    <Section
      title="Consumer groups"
      actions={
        <Button
          size="small"
          icon={<AddRegular />}
          onClick={() => {
            setTyped('');
            setAdding(true);
          }}
        >
          Add
        </Button>
      }
    >
      <QueryError of={query} />
      {query.loading && <Loading />}
      {query.data && (
        <Table<ConsumerGroup>
          label="Consumer groups"
          rows={query.data}
          rowKey={(row) => row.name}
          columns={[
            { key: 'name', title: 'Name', render: (row) => row.name },
            {
              key: 'created',
              title: 'Created',
              render: (row) => <Time at={row.properties?.created} />,
            },
            {
              key: 'delete',
              title: 'Actions',
              kind: 'actions',
              render: (row) =>
                row.name === '$Default' ? null : (
                  <RowButton
                    text="Delete"
                    row={row.name}
                    icon={<DeleteRegular />}
                    onClick={() => setDeleting(row.name)}
                  />
                ),
            },
          ]}
        />
      )}
      <FormPane
        open={adding}
        title="Add a consumer group"
        submit="Add"
        ready={!error}
        onClose={() => setAdding(false)}
        onSubmit={async () => {
          await addConsumerGroup(id, typed.trim());
          await query.refresh();
        }}
      >
        <NameField value={typed} onChange={setTyped} error={error} />
      </FormPane>
      <Confirm
        open={deleting !== null}
        title="Delete the consumer group?"
        button="Delete"
        onClose={() => setDeleting(null)}
        onConfirm={async () => {
          await deleteConsumerGroup(id, deleting!);
          await query.refresh();
        }}
      >
        <strong>{deleting}</strong>. Readers that use it are refused.
      </Confirm>
    </Section>
  );
}

export default function EndpointPane() {
  const styles = useStyles();
  const { arm } = useHub();
  const events = arm.data?.properties.eventHubEndpoints?.events;
  return (
    <>
      <HubPane
        title="Built-in endpoints"
        of={arm}
      >
        {events && (
          <Section title="Event Hubs-compatible endpoint">
            <Essentials
              facts={[
                { label: 'Partitions', value: String(events.partitionCount ?? '–') },
                {
                  label: 'Retention',
                  value: `${events.retentionTimeInDays} ${events.retentionTimeInDays === 1 ? 'day' : 'days'}`,
                },
              ]}
            />
            <div className={styles.fields}>
              <CopyField label="Event Hubs-compatible name" value={events.path ?? ''} />
              <ConnectionString endpoint={events.endpoint ?? ''} path={events.path ?? ''} />
            </div>
          </Section>
        )}
        <ConsumerGroups />
        <LiveView />
      </HubPane>
    </>
  );
}
