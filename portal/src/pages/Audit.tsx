// The audit log: who did what, when, and with what outcome. Read-only, each record chained to the
// one before it.
import { Button } from '@fluentui/react-components';
import { useState } from 'react';

import { ApiError } from '../api/client';
import { getAudit } from '../api/control';
import type { AuditRecord } from '../api/types';
import { useQuery } from '../api/useQuery';
import { SidePane } from '../components/SidePane';
import { Table } from '../components/Table';
import { Filter } from '../components/fields';
import { count } from '../components/format';
import {
  ArrowDownloadRegular, DocumentSearchRegular
} from '../components/icons';
import {
  BladeHeader, CopyField, EmptyState, ErrorBar, Essentials, Link, Loading,
  StateText, Time,
} from '../components/parts';
import { Page } from '../components/Page';
import { auditStatus } from './auditStatus';

function Details({ record, onClose }: { record: AuditRecord; onClose: () => void }) {
  return (
    <SidePane open title={`Record ${record.sequence}`} onClose={onClose}>
      <Essentials
        facts={[
          { label: 'Time', value: <Time at={record.time} /> },
          { label: 'Action', value: record.action },
          { label: 'On', value: record.target ?? '–' },
          { label: 'Status', value: auditStatus(record.status).text },
          { label: 'Ends', value: record.ends ? `record ${record.ends}` : '–' },
          { label: 'By', value: record.principalName || record.principal || 'nobody signed in' },
        ]}
      />
      <CopyField label="Scope" value={record.scope || '/'} />
      <CopyField label="Principal id" value={record.principal || '–'} />
      <CopyField label="Correlation id" value={record.correlationId || '–'} />
      <CopyField label="Hash" value={record.hash} />
      <CopyField label="Hash of the record before" value={record.previousHash} />
    </SidePane>
  );
}

export default function Audit() {
  const first = useQuery('audit', (signal) => getAudit(undefined, signal), { every: 5000 });
  const [older, setOlder] = useState<AuditRecord[]>([]);
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState<AuditRecord | null>(null);
  const seen = new Set<number>();
  const all = [...(first.data?.value ?? []), ...older].filter((record) => {
    const fresh = !seen.has(record.sequence);
    seen.add(record.sequence);
    return fresh;
  });
  const wanted = filter.trim().toLowerCase();
  const shown = all.filter((record) =>
    `${record.action} ${record.principalName} ${record.scope} ${record.target ?? ''} ${record.status} ${record.correlationId}`
      .toLowerCase()
      .includes(wanted),
  );
  const last = all[all.length - 1];
  const more = async () => {
    if (!last) return;
    setBusy(true);
    try {
      const page = await getAudit(last.sequence);
      setOlder((known) => [...known, ...page.value]);
      setDone(page.value.length === 0);
      setError(undefined);
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  const download = () => {
    const text = shown.map((record) => JSON.stringify(record)).join('\n');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'application/jsonl' }));
    link.download = 'tandem-audit.jsonl';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const forbidden = first.error instanceof ApiError && first.error.status === 403;
  return (
    <>
      <Page
        header={
          <BladeHeader
            title="Audit log"
            subtitle="Every management action. Each record carries the hash of the one before it; tandem audit verify checks the chain."
            crumbs={[{ text: 'Home', to: '/' }]}
          />
        }
        onRefresh={() => first.refresh()}
        more={[
          { key: 'download', text: 'Download what is shown', icon: <ArrowDownloadRegular />,
            disabled: shown.length === 0, onClick: download },
        ]}
      >
        <Filter label="Filter by action, name, scope, status" value={filter} onChange={setFilter} />
        {forbidden ? (
          <EmptyState title="You may not read the audit log." icon={<DocumentSearchRegular />}>
            It needs a role that can read the whole subscription.
          </EmptyState>
        ) : (
          <ErrorBar error={first.error ?? error} onRetry={() => void first.refresh()} />
        )}
        {first.loading && <Loading />}
        {first.data && (
          <>
            <CopyField
              label={`Head of the chain, record ${count(first.data.head.sequence)}`}
              value={first.data.head.hash}
            />
            {shown.length === 0 ? (
              <EmptyState title="No records." icon={<DocumentSearchRegular />} />
            ) : (
              <Table
                label="Audit log"
                minWidth={900}
                rows={shown}
                rowKey={(record) => String(record.sequence)}
                columns={[
                  {
                    key: 'sequence', title: 'Record', width: '80px',
                    render: (record) => (
                      <Link as="button" onClick={() => setOpen(record)}>
                        {record.sequence}
                      </Link>
                    ),
                  },
                  { key: 'time', title: 'Time', width: '210px',
                    render: (record) => <Time at={record.time} /> },
                  { key: 'who', title: 'By', width: '14%', sort: (record) => record.principalName,
                    render: (record) => record.principalName || record.principal || '–' },
                  { key: 'action', title: 'Action', sort: (record) => record.action,
                    render: (record) => record.action },
                  { key: 'scope', title: 'On', render: (record) =>
                      [shortScope(record.scope), record.target].filter(Boolean).join(': ') },
                  {
                    key: 'status', title: 'Status', width: '150px',
                    sort: (record) => String(record.status),
                    render: (record) => {
                      const { text, tone } = auditStatus(record.status);
                      return <StateText tone={tone}>{text}</StateText>;
                    },
                  },
                ]}
              />
            )}
            {!done && last && last.sequence > 1 && (
              <div>
                <Button disabled={busy} onClick={() => void more()}>
                  Load older records
                </Button>
              </div>
            )}
          </>
        )}
      </Page>
      {open && <Details record={open} onClose={() => setOpen(null)} />}
    </>
  );
}

/** The end of an ARM id says enough in a list. */
export function shortScope(scope: string): string {
  const parts = scope.split('/').filter(Boolean);
  const group = parts.findIndex((part) => /^resourcegroups$/i.test(part));
  if (group < 0) return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : scope || '/';
  const rest = parts.slice(group + 1).filter((part) => !/^(providers|microsoft\..*)$/i.test(part));
  return rest.join('/');
}
