// Export and import of all device identities, as jobs of the hub.
import { Button, Checkbox, Field, Input } from '@fluentui/react-components';
import { useEffect, useState } from 'react';

import { useQuery } from '../api/useQuery';
import { ArrowDownloadRegular, AddRegular } from '../components/icons';
import { EmptyState, StateText, Time } from '../components/parts';
import type { Tone } from '../components/state';
import { useHub } from './context';
import { HubPane } from './HubPane';
import { containerUriError } from './logic/identity';
import { Table } from '../components/Table';
import { FormPane } from '../components/FormPane';
import { exportDevices, importDevices, listJobs, type Job } from './requests';

const EVERY_MS = 2000;

const statusTones: Record<string, Tone> = {
  completed: 'good',
  failed: 'bad',
  cancelled: 'warn',
  running: 'busy',
  enqueued: 'busy',
};

function Uri(props: { label: string; hint: string; value: string; onChange: (v: string) => void }) {
  return (
    <Field
      label={props.label}
      required
      hint={props.hint}
      validationMessage={props.value ? containerUriError(props.value) : null}
    >
      <Input
        value={props.value}
        onChange={(_, data) => props.onChange(data.value)}
        type="url"
        autoComplete="off"
        spellCheck={false}
      />
    </Field>
  );
}

export default function JobsPane() {
  const { id } = useHub();
  const query = useQuery(`jobs ${id}`, (signal) => listJobs(id, signal), { every: EVERY_MS });
  const [open, setOpen] = useState<'export' | 'import' | null>(null);
  const [input, setInput] = useState('');
  const [output, setOutput] = useState('');
  const [keys, setKeys] = useState(true);
  useEffect(() => {
    setInput('');
    setOutput('');
    setKeys(true);
  }, [open]);
  const good = (uri: string) => containerUriError(uri) === null;
  const start = async () => {
    if (open === 'export') await exportDevices(id, output.trim(), !keys);
    else await importDevices(id, input.trim(), output.trim());
    await query.refresh();
  };
  return (
    <>
      <HubPane
        title="Import and export"
        commands={[
          {
            key: 'export',
            text: 'Export devices',
            icon: <ArrowDownloadRegular />,
            onClick: () => setOpen('export'),
          },
          {
            key: 'import',
            text: 'Import devices',
            icon: <AddRegular />,
            onClick: () => setOpen('import'),
          },
        ]}
        of={query}
      >
        {query.data?.length === 0 && (
          <EmptyState title="No jobs" icon={<ArrowDownloadRegular />}>
            An export writes every device identity into a blob container; an import reads them from
            one.
            <Button appearance="primary" onClick={() => setOpen('export')}>
              Export devices
            </Button>
          </EmptyState>
        )}
        {query.data && query.data.length > 0 && (
          <Table<Job>
            label="Jobs"
            rows={query.data}
            rowKey={(row) => row.jobId}
            columns={[
              {
                key: 'type',
                title: 'Kind',
                render: (row) => (row.type.toLowerCase() === 'export' ? 'Export' : 'Import'),
              },
              {
                key: 'status',
                title: 'Status',
                render: (row) => (
                  <StateText tone={statusTones[row.status.toLowerCase()] ?? 'idle'}>
                    {row.status.charAt(0).toUpperCase() + row.status.slice(1)}
                  </StateText>
                ),
              },
              { key: 'from', title: 'Started', render: (row) => <Time at={row.startTimeUtc} /> },
              { key: 'to', title: 'Ended', render: (row) => <Time at={row.endTimeUtc} /> },
              {
                key: 'why',
                title: 'Message',
                render: (row) => row.failureReason || row.statusMessage || '–',
              },
              { key: 'id', title: 'Job', render: (row) => row.jobId },
            ]}
          />
        )}
      </HubPane>
      <FormPane
        open={open !== null}
        title={open === 'import' ? 'Import devices' : 'Export devices'}
        submit="Start"
        ready={good(output) && (open !== 'import' || good(input))}
        onClose={() => setOpen(null)}
        onSubmit={start}
      >
        {open === 'import' && (
          <Uri
            label="Container to read from"
            hint="URI with a signature that may read and list; devices.txt is read."
            value={input}
            onChange={setInput}
          />
        )}
        <Uri
          label={open === 'import' ? 'Container for the report' : 'Container to write to'}
          hint="URI with a signature that may write and delete."
          value={output}
          onChange={setOutput}
        />
        {open === 'export' && (
          <Checkbox
            label="Include the devices' keys"
            checked={keys}
            onChange={(_, data) => setKeys(data.checked === true)}
          />
        )}
      </FormPane>
    </>
  );
}
