// Can I, what would I lose, how long will it take? Answered for both kinds side by side.
import { Button, Text, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

import type { FailoverOperation, HubStatus } from '../../api/types';
import { bytes, count, duration } from '../../components/format';
import { Essentials, StateText, useNow } from '../../components/parts';
import {
  forcedAnswers,
  forcedCommand,
  kindTitle,
  leftToday,
  plannedAnswers,
  plannedCommand,
  riskOf,
  type Answers,
  type Command,
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
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  grow: { flexGrow: 1 },
  row: { display: 'flex', gap: '12px', alignItems: 'center', flexWrap: 'wrap' },
  timer: { fontVariantNumeric: 'tabular-nums' },
});

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

export function AnswerList({ answers }: { answers: Answers }) {
  const { possible, loses } = answers;
  return (
    <Essentials
      facts={[
        {
          label: 'Possible now',
          value: <StateText tone={possible.tone}>{possible.text}</StateText>,
        },
        { label: 'Would lose', value: <StateText tone={loses.tone}>{loses.text}</StateText> },
        { label: 'Takes', value: answers.takes },
      ]}
    />
  );
}

function Card(props: {
  title: string;
  answers: Answers;
  command: Command;
  button: string;
  recommended: boolean;
  onClick: () => void;
  children?: ReactNode;
  note?: ReactNode;
}) {
  const styles = useStyles();
  const { enabled, reason } = props.command;
  return (
    <section className={styles.card} aria-label={props.title}>
      <h3 className={styles.title}>{props.title}</h3>
      <AnswerList answers={props.answers} />
      {props.children}
      <div className={styles.grow} />
      <div className={styles.row}>
        <Button
          appearance={props.recommended ? 'primary' : undefined}
          disabledFocusable={!enabled}
          onClick={enabled ? props.onClick : undefined}
          aria-description={reason ?? undefined}
        >
          {props.button}
        </Button>
        <span className={styles.quiet}>{props.note}</span>
      </div>
    </section>
  );
}

/** The button of what is the better one now stands out. */
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
  const forcedIsBetter = forced.enabled && !hub.serving;
  return (
    <div className={styles.pair}>
      <Card
        title="Planned: hand over in order"
        answers={plannedAnswers(hub, history, now)}
        command={planned}
        button="Start failover"
        recommended={!forcedIsBetter}
        onClick={props.onPlanned}
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
        answers={forcedAnswers(hub, history)}
        command={forced}
        button="Force failover"
        recommended={forcedIsBetter}
        onClick={props.onForced}
        note="Limits do not apply to it."
      >
        <RiskTable hub={hub} />
      </Card>
    </div>
  );
}
