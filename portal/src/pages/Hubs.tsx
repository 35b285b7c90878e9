// All IoT hubs: what state each is in, where it runs, and whether its pair is ready.
import { makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { deleteHub } from '../api/control';
import type { HubStatus } from '../api/types';
import { ConfirmPane } from '../components/FormPane';
import { Table, type Column } from '../components/Table';
import { Filter } from '../components/fields';
import { duration, plural } from '../components/format';
import { AddRegular, AppsListRegular, DeleteRegular } from '../components/icons';
import { BladeHeader, EmptyState, QueryError, Loading, StateText, To } from '../components/parts';
import { Page } from '../components/Page';
import { hubProtection, hubTone, ownerRegion } from '../components/state';
import { useDisplayName, useStatus } from '../shell/context';
import { track } from '../shell/notifications';

const useStyles = makeStyles({
  list: { margin: 0 },
});

export function groupOf(hub: HubStatus): string {
  return /\/resourceGroups\/([^/]+)\//i.exec(hub.id)?.[1] ?? '';
}

function useColumns(): Column<HubStatus>[] {
  const name = useDisplayName();
  return [
    {
      key: 'name', title: 'Name', width: '20%',
      render: (hub) => <To to={`/hubs/${encodeURIComponent(hub.name)}`}>{hub.name}</To>,
      sort: (hub) => hub.name,
    },
    {
      key: 'group', title: 'Resource group',
      render: (hub) => <To to={`/groups/${encodeURIComponent(groupOf(hub))}`}>{groupOf(hub)}</To>,
      sort: groupOf,
    },
    { key: 'location', title: 'Location', kind: 'narrow', render: (hub) => name(hub.location),
      sort: (hub) => name(hub.location) },
    { key: 'owner', title: 'Active region', kind: 'narrow', render: (hub) => name(hub.owner),
      sort: (hub) => name(hub.owner) },
    {
      key: 'state', title: 'State', kind: 'narrow',
      render: (hub) => <StateText tone={hubTone(hub)}>{hub.state}</StateText>,
      sort: (hub) => hub.state,
    },
    {
      key: 'pair', title: 'Pair', kind: 'narrow',
      render: (hub) => {
        const protection = hubProtection(hub);
        return <StateText tone={protection.tone}>{protection.text}</StateText>;
      },
      sort: (hub) => hubProtection(hub).text,
    },
    {
      key: 'lag', title: 'Pair lag', kind: 'narrow',
      render: (hub) => {
        const owner = ownerRegion(hub);
        return owner?.lagSeconds === undefined || !owner.connected
          ? '–'
          : duration(owner.lagSeconds);
      },
      sort: (hub) => ownerRegion(hub)?.lagSeconds ?? 0,
    },
  ];
}

/** Deletes hubs one after the other's start; each is followed under Notifications. */
export async function deleteHubs(hubs: { id: string; name: string }[]): Promise<void> {
  for (const hub of hubs)
    await track({
      title: `Deleting IoT hub '${hub.name}'`,
      done: `Deleted IoT hub '${hub.name}'`,
      start: () => deleteHub(hub.id),
    });
}

export default function Hubs() {
  const styles = useStyles();
  const navigate = useNavigate();
  const status = useStatus();
  const columns = useColumns();
  const [filter, setFilter] = useState('');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState(false);
  const all = status.data?.hubs ?? [];
  const wanted = filter.trim().toLowerCase();
  const shown = all.filter((hub) =>
    `${hub.name} ${groupOf(hub)} ${hub.state} ${hub.owner}`.toLowerCase().includes(wanted),
  );
  const chosen = all.filter((hub) => picked.has(hub.name));
  return (
    <>
      <Page
        header={
          <BladeHeader title="IoT hubs" crumbs={[{ text: 'Home', to: '/' }]} />
        }
        commands={[
          { key: 'create', text: 'Create', icon: <AddRegular />,
            onClick: () => void navigate('/create') },
        ]}
        onRefresh={status.refresh}
        more={[
          {
            key: 'delete', text: 'Delete', icon: <DeleteRegular />, divider: true,
            disabled: chosen.length === 0, why: 'Tick the hubs to delete first.',
            onClick: () => setDeleting(true),
          },
        ]}
      >
        <Filter label="Filter by name, group, state or region" value={filter} onChange={setFilter} />
        {!status.data && <QueryError of={status} />}
        {status.loading && <Loading />}
        {status.data && all.length === 0 && (
          <EmptyState title="There is no IoT hub yet." icon={<AppsListRegular />}>
            <To to="/create">Create an IoT hub</To>
          </EmptyState>
        )}
        {all.length > 0 && (
          <>
            <div role="status">{plural(shown.length, 'hub')}</div>
            <Table
              label="IoT hubs"
              columns={columns}
              rows={shown}
              rowKey={(hub) => hub.name}
              minWidth={860}
              selection={{ picked, onPick: setPicked }}
            />
          </>
        )}
      </Page>
      <ConfirmPane
        open={deleting}
        title="Delete IoT hubs"
        confirmWith="yes"
        confirmLabel="Type yes to confirm"
        submit="Delete"
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          await deleteHubs(chosen);
          setPicked(new Set());
          setDeleting(false);
        }}
      >
        <p style={{ margin: 0 }}>
          {plural(chosen.length, 'IoT hub')} will be deleted in both regions, with devices, twins and
          messages. This cannot be undone.
        </p>
        <ul className={styles.list}>
          {chosen.map((hub) => (
            <li key={hub.name}>{hub.name}</li>
          ))}
        </ul>
      </ConfirmPane>
    </>
  );
}
