// One failover: its steps while it runs, and what it did when it is over.
import { ProgressBar, Text, makeStyles, tokens } from '@fluentui/react-components';

import type { FailoverOperation } from '../../api/types';
import { count, duration, plural } from '../../components/format';
import {
  Banner,
  Essentials,
  ProgressSteps,
  StateText,
  Time,
  useNow,
  type Fact,
} from '../../components/parts';
import {
  isRunning,
  lossText,
  partitionName,
  pauseSeconds,
  progressOf,
  shownSteps,
} from '../logic/failover';
import { Table } from '../../components/Table';

const useStyles = makeStyles({
  stack: { display: 'flex', flexDirection: 'column', gap: '12px', minWidth: 0 },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  mono: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  quiet: { color: tokens.colorNeutralForeground2, margin: 0 },
});

export const kindWords: Record<string, string> = {
  planned: 'Planned',
  forced: 'Forced',
  automatic: 'Automatic',
};

export function ResultText({ operation }: { operation: FailoverOperation }) {
  if (isRunning(operation)) return <StateText tone="busy">Running</StateText>;
  const good = operation.status.toLowerCase() === 'succeeded';
  return <StateText tone={good ? 'good' : 'bad'}>{good ? 'Succeeded' : 'Failed'}</StateText>;
}

export function Steps({ operation }: { operation: FailoverOperation }) {
  return (
    <ProgressSteps
      label="Steps of the failover"
      steps={shownSteps(operation).map((step) => ({
        name: step.title,
        state: step.state,
        at: step.at,
        seconds: step.offset ?? undefined,
      }))}
    />
  );
}

export function Running({ operation }: { operation: FailoverOperation }) {
  const styles = useStyles();
  const now = useNow(250);
  const started = operation.startedAt ? Date.parse(operation.startedAt) : now;
  const to = operation.toDisplayName;
  return (
    <div className={styles.stack}>
      <Banner intent="info" title="Manual failover in progress">
        {' '}
        The hub moves from {operation.fromDisplayName} to {to}. You can leave this page; the
        failover goes on.
      </Banner>
      <div className={styles.quiet}>
        Running for {duration(Math.max(0, Math.floor((now - started) / 1000)))}
      </div>
      <ProgressBar value={progressOf(operation)} thickness="large" aria-label="Failover" />
      <Steps operation={operation} />
    </div>
  );
}

/** `brief`: without the partitions, where nothing was lost in any of them. */
export function Report({ operation, brief }: { operation: FailoverOperation; brief?: boolean }) {
  const styles = useStyles();
  const report = operation.report;
  const pause = pauseSeconds(operation.steps);
  const facts: Fact[] = [
    { label: 'Result', value: <ResultText operation={operation} /> },
    { label: 'Kind', value: kindWords[operation.failover] ?? operation.failover },
    { label: 'From', value: operation.fromDisplayName },
    { label: 'To', value: operation.toDisplayName },
    { label: 'Started', value: <Time at={operation.startedAt} /> },
    {
      label: 'Duration',
      value: operation.seconds === undefined ? '–' : duration(operation.seconds),
    },
  ];
  if (pause !== null) facts.push({ label: 'Nobody served for', value: duration(pause) });
  if (operation.status.toLowerCase() !== 'failed')
    facts.push({ label: 'Lost', value: lossText(operation) });
  if (report) facts.push({ label: 'Epoch', value: String(report.epoch) });
  const clean = report?.exact && report.lostRecords === 0;
  const salvaged = report?.partitions.filter((one) => one.salvageFile && one.salvageFile !== '-');
  return (
    <div className={styles.stack}>
      {operation.error && (
        <Banner intent="error" title={operation.error.code}>
          {' '}
          {operation.error.message}
        </Banner>
      )}
      <Essentials facts={facts} />
      <h3 className={styles.title}>Steps</h3>
      <Steps operation={operation} />
      {report && report.partitions.length > 0 && !(brief && clean) && (
        <>
          <h3 className={styles.title}>By partition</h3>
          <Table
            label="Lost records by partition"
            rows={report.partitions}
            rowKey={(row) => String(row.partition)}
            columns={[
              { key: 'p', title: 'Partition', render: (row) => partitionName(row.partition) },
              {
                key: 'lost',
                title: 'Lost records',
                kind: 'number',
                render: (row) => count(row.lostRecords),
              },
              {
                key: 'telemetry',
                title: 'Of these, telemetry',
                kind: 'number',
                render: (row) => count(row.lostTelemetry),
              },
              {
                key: 'file',
                title: 'Salvage file',
                render: (row) =>
                  row.salvageFile && row.salvageFile !== '-' ? (
                    <span className={styles.mono}>{row.salvageFile}</span>
                  ) : (
                    '–'
                  ),
              },
            ]}
          />
          {salvaged && salvaged.length > 0 && (
            <Text as="p" className={styles.quiet}>
              {plural(salvaged.length, 'salvage file')} on the machine of{' '}
              {operation.fromDisplayName}, in its salvage directory. Tandem neither merges them back
              nor removes them.
            </Text>
          )}
        </>
      )}
    </div>
  );
}
