// Resource groups.
import { Button, Field, Input } from '@fluentui/react-components';
import { useEffect, useState } from 'react';

import { listGroups, putGroup } from '../api/control';
import type { ResourceGroup } from '../api/types';
import { useQuery } from '../api/useQuery';
import { FormPane } from '../components/FormPane';
import { Table, type Column } from '../components/Table';
import { Choice, Filter, NameField } from '../components/fields';
import { plural } from '../components/format';
import { AddRegular, FolderRegular } from '../components/icons';
import { BladeHeader, EmptyState, QueryError, Loading, StateText, To } from '../components/parts';
import { Page } from '../components/Page';
import { useDisplayName, useShared, useStatus, useSubscription } from '../shell/context';
import { checkGroupName } from './create/validation';
import { groupOf } from './Hubs';

function CreateGroup(props: { open: boolean; onClose: () => void; onCreated: () => Promise<void> }) {
  const subscription = useSubscription();
  const locations = useShared().locations.data ?? [];
  const [name, setName] = useState('');
  const [location, setLocation] = useState('');
  const wrong = checkGroupName(name);
  const region = location || locations[0]?.name || '';
  useEffect(() => {
    if (props.open) setName('');
  }, [props.open]);
  return (
    <FormPane
      open={props.open}
      title="Create a resource group"
      submit="Create"
      ready={subscription !== undefined && !wrong && region !== ''}
      onSubmit={async () => {
        await putGroup(subscription!.subscriptionId, name, { location: region });
        await props.onCreated();
      }}
      onClose={props.onClose}
    >
      <Field label="Subscription">
        <Input value={subscription?.displayName ?? ''} readOnly />
      </Field>
      <NameField label="Resource group" value={name} onChange={setName} error={wrong} />
      <Choice
        label="Region"
        required
        hint="Where the group itself is recorded."
        value={region}
        options={locations.map((one) => [one.name, one.displayName] as const)}
        onChange={setLocation}
      />
    </FormPane>
  );
}

export default function Groups() {
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
      key: 'name', title: 'Name', width: '40%', sort: (group) => group.name,
      render: (group) => <To to={`/groups/${encodeURIComponent(group.name)}`}>{group.name}</To>,
    },
    { key: 'location', title: 'Location', sort: (group) => display(group.location),
      render: (group) => display(group.location) },
    { key: 'hubs', title: 'Resources', sort: hubsIn, render: hubsIn },
    {
      key: 'state', title: 'State',
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
      <Page
        header={
          <BladeHeader title="Resource groups" crumbs={[{ text: 'Home', to: '/' }]} />
        }
        commands={[
          { key: 'create', text: 'Create', icon: <AddRegular />, onClick: () => setCreating(true) },
        ]}
        onRefresh={() => groups.refresh()}
      >
        <Filter label="Filter by name" value={filter} onChange={setFilter} />
        <QueryError of={groups} />
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
      </Page>
      <CreateGroup
        open={creating}
        onClose={() => setCreating(false)}
        onCreated={groups.refresh}
      />
    </>
  );
}
