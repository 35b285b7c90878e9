// Resource groups.
import { Button, Dropdown, Field, Input, Option, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';

import { listGroups, putGroup } from '../api/control';
import type { ResourceGroup } from '../api/types';
import { useQuery } from '../api/useQuery';
import { SidePane } from '../components/SidePane';
import { Table, type Column } from '../components/Table';
import { plural } from '../components/format';
import {
  AddRegular, ArrowClockwiseRegular, FolderRegular, SearchRegular,
} from '../components/icons';
import {
  BladeHeader, CommandBar, EmptyState, ErrorBar, Loading, PageBody, StateText, To,
} from '../components/parts';
import { useDisplayName, useShared, useStatus, useSubscription } from '../shell/context';
import { checkGroupName } from './create/validation';
import { groupOf } from './Hubs';

const useStyles = makeStyles({
  filter: { maxWidth: '320px' },
  form: { display: 'flex', flexDirection: 'column', gap: '16px' },
});

function CreateGroup(props: { open: boolean; onClose: () => void; onCreated: () => void }) {
  const styles = useStyles();
  const subscription = useSubscription();
  const locations = useShared().locations.data ?? [];
  const [name, setName] = useState('');
  const [location, setLocation] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const wrong = name ? checkGroupName(name) : null;
  const region = location || locations[0]?.name || '';
  const create = async () => {
    if (!subscription || wrong || !name || !region) return;
    setBusy(true);
    setError(undefined);
    try {
      await putGroup(subscription.subscriptionId, name, { location: region });
      setName('');
      props.onCreated();
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SidePane
      open={props.open}
      title="Create a resource group"
      onClose={props.onClose}
      footer={
        <>
          <Button
            appearance="primary"
            type="submit"
            form="create-group"
            disabled={busy || !name || wrong !== null}
          >
            Create
          </Button>
          <Button onClick={props.onClose}>Cancel</Button>
        </>
      }
    >
      <form
        id="create-group"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <Field label="Subscription">
          <Input value={subscription?.displayName ?? ''} readOnly />
        </Field>
        <Field label="Resource group" required validationMessage={wrong ?? undefined}>
          <Input value={name} onChange={(_, data) => setName(data.value)} autoComplete="off" />
        </Field>
        <Field label="Region" required hint="Where the group itself is recorded.">
          <Dropdown
            value={locations.find((one) => one.name === region)?.displayName ?? region}
            selectedOptions={[region]}
            onOptionSelect={(_, data) => setLocation(data.optionValue ?? '')}
          >
            {locations.map((one) => (
              <Option key={one.name} value={one.name}>
                {one.displayName}
              </Option>
            ))}
          </Dropdown>
        </Field>
      </form>
      <ErrorBar error={error} />
    </SidePane>
  );
}

export default function Groups() {
  const styles = useStyles();
  const subscription = useSubscription();
  const display = useDisplayName();
  const status = useStatus();
  const id = subscription?.subscriptionId;
  const groups = useQuery(id ? `groups ${id}` : null, (signal) => listGroups(id!, signal), {
    every: 5000,
  });
  const [filter, setFilter] = useState('');
  const [creating, setCreating] = useState(false);
  const hubsIn = (group: ResourceGroup) =>
    (status.data?.hubs ?? []).filter(
      (hub) => groupOf(hub).toLowerCase() === group.name.toLowerCase(),
    ).length;
  const columns: Column<ResourceGroup>[] = [
    {
      key: 'name', text: 'Name', width: '40%', sort: (group) => group.name,
      render: (group) => <To to={`/groups/${encodeURIComponent(group.name)}`}>{group.name}</To>,
    },
    { key: 'location', text: 'Location', sort: (group) => display(group.location),
      render: (group) => display(group.location) },
    { key: 'hubs', text: 'Resources', sort: hubsIn, render: hubsIn },
    {
      key: 'state', text: 'State',
      render: ({ properties: { provisioningState: state } }) => (
        <StateText tone={state === 'Succeeded' ? 'good' : state === 'Failed' ? 'bad' : 'busy'}>
          {state}
        </StateText>
      ),
    },
  ];
  const all = groups.data ?? [];
  const shown = all.filter((group) =>
    group.name.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  return (
    <>
      <BladeHeader title="Resource groups" crumbs={[{ text: 'Home', to: '/' }]} />
      <CommandBar
        commands={[
          { key: 'create', text: 'Create', icon: <AddRegular />, onClick: () => setCreating(true) },
          { key: 'refresh', text: 'Refresh', icon: <ArrowClockwiseRegular />,
            onClick: () => void groups.refresh() },
        ]}
      />
      <PageBody>
        <Input
          className={styles.filter}
          aria-label="Filter by name"
          placeholder="Filter by name"
          contentBefore={<SearchRegular />}
          value={filter}
          onChange={(_, data) => setFilter(data.value)}
        />
        <ErrorBar error={groups.error} onRetry={() => void groups.refresh()} />
        {groups.loading && <Loading />}
        {groups.data && all.length === 0 && (
          <EmptyState title="There is no resource group yet." icon={<FolderRegular />}>
            <Button appearance="primary" onClick={() => setCreating(true)}>
              Create a resource group
            </Button>
          </EmptyState>
        )}
        {all.length > 0 && (
          <>
            <div role="status">{plural(shown.length, 'resource group')}</div>
            <Table
              label="Resource groups"
              columns={columns}
              rows={shown}
              rowKey={(group) => group.name}
              minWidth={520}
            />
          </>
        )}
      </PageBody>
      <CreateGroup
        open={creating}
        onClose={() => setCreating(false)}
        onCreated={() => {
          setCreating(false);
          void groups.refresh();
        }}
      />
    </>
  );
}
