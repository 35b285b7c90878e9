// Operations: what was begun, on what, and how it ended.
import type { AnyOperation } from '../api/types';
import { Table, type Column } from './Table';
import { duration } from './format';
import { StateText, Time, To } from './parts';
import type { Tone } from './state';

export function operationTitle(operation: AnyOperation): string {
  switch (operation.kind) {
    case 'create':
      return 'Create IoT hub';
    case 'update':
      return 'Update IoT hub';
    case 'delete':
      return 'Delete IoT hub';
    case 'group-delete':
      return 'Delete resource group';
    case 'failover':
      return `Failover (${operation.failover}) to ${operation.toDisplayName}`;
    case 'evacuate':
      return `Evacuate region, ${operation.done} of ${operation.total} hubs`;
    default:
      return operation.kind;
  }
}

export function operationTone(status: string): Tone {
  if (/^succeeded$/i.test(status)) return 'good';
  return /^(failed|canceled|cancelled)$/i.test(status) ? 'bad' : 'busy';
}

function Target({ operation }: { operation: AnyOperation }) {
  if (operation.hub)
    return <To to={`/hubs/${encodeURIComponent(operation.hub)}`}>{operation.hub}</To>;
  if (operation.region) return <To to="/regions">{operation.region}</To>;
  if (operation.group)
    return <To to={`/groups/${encodeURIComponent(operation.group)}`}>{operation.group}</To>;
  return '–';
}

function secondsOf(operation: AnyOperation): number | null {
  if (!operation.startedAt || !operation.endedAt) return null;
  return (Date.parse(operation.endedAt) - Date.parse(operation.startedAt)) / 1000;
}

const columns: Column<AnyOperation>[] = [
  { key: 'what', title: 'Operation', width: '26%', sort: operationTitle, render: operationTitle },
  {
    key: 'on', title: 'On', width: '18%', sort: (one) => one.hub || one.region || one.group || '',
    render: (one) => <Target operation={one} />,
  },
  {
    key: 'status', title: 'Status', sort: (one) => one.status,
    render: (one) => (
      <>
        <StateText tone={operationTone(one.status)}>{one.status}</StateText>
        {one.error && <div>{one.error.message}</div>}
      </>
    ),
  },
  { key: 'started', title: 'Started', width: '210px', sort: (one) => one.startedAt ?? '',
    render: (one) => <Time at={one.startedAt} /> },
  {
    key: 'took', title: 'Took', width: '90px', sort: (one) => secondsOf(one) ?? -1,
    render: (one) => {
      const seconds = secondsOf(one);
      return seconds === null ? '–' : duration(seconds);
    },
  },
];

export function OperationsTable(props: { label: string; rows: AnyOperation[]; hub?: boolean }) {
  return (
    <Table
      label={props.label}
      columns={props.hub ? columns.filter((column) => column.key !== 'on') : columns}
      rows={props.rows}
      rowKey={(one) => one.id}
      minWidth={props.hub ? 640 : 760}
    />
  );
}
