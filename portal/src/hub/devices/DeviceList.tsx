// The hub's devices: found by the beginning of their id, their status, and whether they are there.
import { Button, Field, Input, makeStyles } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';

import { useQuery } from '../../api/useQuery';
import { Choice } from '../../components/fields';
import { count } from '../../components/format';
import {
  AddRegular,
  DeleteRegular,
  PhoneLaptopRegular,
  SearchRegular,
} from '../../components/icons';
import {
  Banner,
  EmptyState,
  QueryError,
  Essentials,
  Loading,
  StateText,
  Time,
  To,
} from '../../components/parts';
import { useHub } from '../context';
import { HubPane } from '../HubPane';
import { displayName, ownerOf } from '../logic/failover';
import { deviceQuery, type DeviceFilter } from '../logic/identity';
import { utc } from '../logic/words';
import { Confirm } from '../parts/Confirm';
import { RowButton, Table } from '../../components/Table';
import { deleteDevice, findDevices, getStats, type ListedDevice } from '../requests';
import { CreateDevice } from './CreateDevice';

const PAGE_SIZE = 50;
const EVERY_MS = 10_000;
const TYPING_MS = 300;

const useStyles = makeStyles({
  filter: { display: 'flex', gap: '12px', flexWrap: 'wrap', alignItems: 'end' },
  prefix: { flexGrow: 1, maxWidth: '360px', minWidth: '200px' },
  pager: { display: 'flex', gap: '8px', alignItems: 'center' },
});

export function DeviceList() {
  const styles = useStyles();
  const { name, id, path, status } = useHub();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState<DeviceFilter>({ prefix: '', status: '', connection: '' });
  // The tokens of the pages before this one, and of this one last; the first page has none.
  const [pages, setPages] = useState<(string | null)[]>([null]);
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<string | null>(null);

  useEffect(() => {
    const timer = setTimeout(() => {
      setFilter((now) => (now.prefix === typed ? now : { ...now, prefix: typed }));
      setPages([null]);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const token = pages[pages.length - 1] ?? null;
  const text = deviceQuery(filter); // the name of what is asked for
  const query = useQuery(
    `devices ${name} ${text} ${token}`,
    (signal) => findDevices(name, filter, token, PAGE_SIZE, signal),
    { every: EVERY_MS },
  );
  const stats = useQuery(`stats ${id}`, (signal) => getStats(id, signal), { every: EVERY_MS });
  const change = (part: Partial<DeviceFilter>) => {
    setFilter({ ...filter, ...part });
    setPages([null]);
  };
  const refresh = () => Promise.all([query.refresh(), stats.refresh()]);
  const filtered = filter.prefix !== '' || filter.status !== '' || filter.connection !== '';
  const devices = query.data?.devices;
  const owner = displayName(status, status.owner);
  const connected = ownerOf(status)?.connectedDevices ?? 0;
  const link = (device: string) => `${path}/devices/${encodeURIComponent(device)}`;

  return (
    <>
      <HubPane
        title="Devices"
        commands={[
          {
            key: 'add',
            text: 'Add device',
            icon: <AddRegular />,
            onClick: () => setCreating(true),
          },
        ]}
        onRefresh={() => refresh()}
      >
        <Essentials
          facts={[
            { label: 'Devices', value: stats.data ? count(stats.data.totalDeviceCount) : '–' },
            { label: 'Enabled', value: stats.data ? count(stats.data.enabledDeviceCount) : '–' },
            {
              label: 'Connected',
              value: connected > 0 ? `${count(connected)}, all in ${owner}` : '0',
            },
            { label: 'Disabled', value: stats.data ? count(stats.data.disabledDeviceCount) : '–' },
          ]}
        />
        <div className={styles.filter} role="search" aria-label="Find devices">
          <Field label="Device ID begins with" className={styles.prefix}>
            <Input
              value={typed}
              onChange={(_, data) => setTyped(data.value)}
              contentBefore={<SearchRegular />}
              spellCheck={false}
              autoComplete="off"
            />
          </Field>
          <Choice
            label="Status"
            value={filter.status}
            options={[
              ['', 'Any'],
              ['enabled', 'Enabled'],
              ['disabled', 'Disabled'],
            ]}
            onChange={(value) => change({ status: value })}
          />
          <Choice
            label="Connection"
            value={filter.connection}
            options={[
              ['', 'Any'],
              ['Connected', 'Connected'],
              ['Disconnected', 'Not connected'],
            ]}
            onChange={(value) => change({ connection: value })}
          />
        </div>
        <QueryError of={query} />
        {query.data?.partial && (
          <Banner intent="info">Only the first 1,000 devices of the hub are searched.</Banner>
        )}
        {query.loading && <Loading label="Loading devices" />}
        {devices && devices.length === 0 && pages.length === 1 && (
          <EmptyState
            title={filtered ? 'No device matches.' : 'No devices yet'}
            icon={<PhoneLaptopRegular />}
          >
            {!filtered && (
              <Button appearance="primary" onClick={() => setCreating(true)}>
                Add device
              </Button>
            )}
          </EmptyState>
        )}
        {devices && devices.length > 0 && (
          <Table<ListedDevice>
            label="Devices"
            rows={devices}
            rowKey={(row) => row.deviceId}
            columns={[
              {
                key: 'id',
                title: 'Device ID',
                render: (row) => <To to={link(row.deviceId)}>{row.deviceId}</To>,
              },
              {
                key: 'status',
                title: 'Status',
                render: (row) => (
                  <StateText tone={row.status === 'enabled' ? 'good' : 'warn'}>
                    {row.status === 'enabled' ? 'Enabled' : 'Disabled'}
                  </StateText>
                ),
              },
              {
                key: 'connection',
                title: 'Connection',
                render: (row) =>
                  row.connectionState === 'Connected' ? (
                    <StateText tone="good">{owner}</StateText>
                  ) : (
                    <StateText tone="idle">Not connected</StateText>
                  ),
              },
              {
                key: 'activity',
                title: 'Last activity',
                render: (row) =>
                  utc(row.lastActivityTime) ? <Time at={row.lastActivityTime} /> : 'Never',
              },
              ...(devices.some((row) => row.version !== undefined)
                ? [
                    {
                      key: 'version',
                      title: 'Twin version',
                      kind: 'number' as const,
                      render: (row: ListedDevice) => String(row.version ?? '–'),
                    },
                  ]
                : []),
              {
                key: 'delete',
                title: 'Actions',
                kind: 'actions',
                render: (row) => (
                  <RowButton
                    text="Delete"
                    row={row.deviceId}
                    icon={<DeleteRegular />}
                    onClick={() => setDeleting(row.deviceId)}
                  />
                ),
              },
            ]}
          />
        )}
        {(pages.length > 1 || query.data?.continuation) && (
          <nav className={styles.pager} aria-label="Pages">
            <Button disabled={pages.length === 1} onClick={() => setPages(pages.slice(0, -1))}>
              Previous
            </Button>
            <Button
              disabled={!query.data?.continuation}
              onClick={() => setPages([...pages, query.data!.continuation])}
            >
              Next
            </Button>
            Page {pages.length}
          </nav>
        )}
      </HubPane>
      <CreateDevice
        hub={name}
        open={creating}
        onClose={() => setCreating(false)}
        onCreated={(device) => {
          setCreating(false);
          void navigate(link(device));
        }}
      />
      <Confirm
        open={deleting !== null}
        title="Delete the device?"
        button="Delete"
        onClose={() => setDeleting(null)}
        onConfirm={async () => {
          await deleteDevice(name, deleting!);
          await refresh();
        }}
      >
        <strong>{deleting}</strong>. Its identity, its twin and its session are removed from both
        regions.
      </Confirm>
    </>
  );
}
