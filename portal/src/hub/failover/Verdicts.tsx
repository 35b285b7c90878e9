// The two questions and their answers side by side: a planned failover, a forced one.
import { Button, Text, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

import type { FailoverOperation, HubStatus } from '../../api/types';
import { bytes, count, duration } from '../../components/format';
import { CheckmarkCircleFilled, ErrorCircleFilled, WarningFilled } from '../../components/icons';
import { useNow } from '../../components/parts';
import {
  forcedCommand,
  forcedVerdict,
  kindTitle,
  leftToday,
  plannedCommand,
  plannedVerdict,
  riskOf,
  type Verdict,
} from '../logic/failover';
import { countdown } from '../logic/words';
import { Table } from '../../components/Table';

const useStyles = makeStyles({
  pair: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(320px, 100%), 1fr))',
    gap: '16px',
  },
  card: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    padding: '12px 16px 16px',
    display: 'flex',
    flexDirection: 'column',
    gap: '10px',
    minWidth: 0,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  verdict: { display: 'flex', gap: '8px', alignItems: 'flex-start' },
  icon: { fontSize: '20px', lineHeight: 0, flexShrink: 0, paddingTop: '1px' },
  success: { color: tokens.colorStatusSuccessForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  error: { color: tokens.colorStatusDangerForeground1 },
  info: { color: tokens.colorNeutralForeground2 },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  grow: { flexGrow: 1 },
  row: { display: 'flex', gap: '12px', alignItems: 'center', flexWrap: 'wrap' },
  timer: { fontVariantNumeric: 'tabular-nums' },
});

const icons = {
  success: <CheckmarkCircleFilled />,
  info: <CheckmarkCircleFilled />,
  warning: <WarningFilled />,
  error: <ErrorCircleFilled />,
};

/** What a forced failover would lose now, by data type. */
export function RiskTable({ hub }: { hub: HubStatus }) {
  const styles = useStyles();
  const risk = riskOf(hub);
  if (risk.unknown || risk.rows.length === 0) return null;
  return (
    <div>
      <Table
        label="What a forced failover now would lose, at most"
        rows={risk.rows}
        rowKey={(row) => row.kind}
        columns={[
          { key: 'kind', title: 'At risk now', render: (row) => kindTitle(row.kind) },
          {
            key: 'records',
            title: 'Messages',
            kind: 'number',
            render: (row) => count(row.records),
          },
          {
            key: 'seconds',
            title: 'Reaching back',
            kind: 'number',
            render: (row) => duration(row.seconds),
          },
        ]}
      />
      <Text as="p" className={styles.quiet} style={{ margin: '6px 0 0' }}>
        At most {count(risk.records)} in all
        {risk.bytes !== null && risk.bytes > 0 && `, ${bytes(risk.bytes)}`}
        {risk.asOfSecondsAgo === null
          ? '. It is never more than that; often it is less.'
          : ', and what the owner accepted after it was last heard.'}
      </Text>
    </div>
  );
}

function Card(props: {
  title: string;
  verdict: Verdict;
  children?: ReactNode;
  button: ReactNode;
  note?: ReactNode;
}) {
  const styles = useStyles();
  return (
    <section className={styles.card} aria-label={props.title}>
      <h3 className={styles.title}>{props.title}</h3>
      <div className={styles.verdict}>
        <span className={mergeClasses(styles.icon, styles[props.verdict.tone])} aria-hidden>
          {icons[props.verdict.tone]}
        </span>
        <span>{props.verdict.text}</span>
      </div>
      {props.children}
      <div className={styles.grow} />
      <div className={styles.row}>
        {props.button}
        <span className={styles.quiet}>{props.note}</span>
      </div>
    </section>
  );
}

export function Verdicts(props: {
  hub: HubStatus;
  history: FailoverOperation[];
  onPlanned: () => void;
  onForced: () => void;
}) {
  const styles = useStyles();
  const now = useNow();
  const { hub, history } = props;
  const planned = plannedCommand(hub, now);
  const forced = forcedCommand(hub);
  const left = leftToday(hub, history, now);
  const wait = planned.until ? countdown(planned.until, now) : null;
  return (
    <div className={styles.pair}>
      <Card
        title="Planned: hand over in order"
        verdict={plannedVerdict(hub, history, now)}
        button={
          <Button
            appearance="primary"
            disabledFocusable={!planned.enabled}
            onClick={planned.enabled ? props.onPlanned : undefined}
            aria-description={planned.reason ?? undefined}
          >
            Start failover
          </Button>
        }
        note={
          <>
            {wait && (
              <span role="timer" className={styles.timer}>
                Possible in {wait}
              </span>
            )}
            {wait && left && ' · '}
            {left && `${left.left} of ${left.of} ${left.what} left today (UTC)`}
          </>
        }
      />
      <Card
        title="Forced: take over without the owner"
        verdict={forcedVerdict(hub, history)}
        button={
          <Button
            disabledFocusable={!forced.enabled}
            onClick={forced.enabled ? props.onForced : undefined}
            aria-description={forced.reason ?? undefined}
          >
            Force failover
          </Button>
        }
        note="Limits do not apply to it."
      >
        <RiskTable hub={hub} />
      </Card>
    </div>
  );
}
