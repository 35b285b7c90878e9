// Messages as they arrive. Reading here takes nothing away from any consumer group.
import {
  Button,
  Field,
  Input,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';

import { sleep } from '../../api/longOperation';
import { Choice } from '../../components/fields';
import { count } from '../../components/format';
import { PauseRegular, PlayRegular } from '../../components/icons';
import { ErrorBar, Section, StateText, Time } from '../../components/parts';
import { useHub } from '../context';
import { prettyBody } from '../logic/jsonText';
import { arrived, cleared, empty, glance, ofDevice, type Live, type Row } from '../logic/live';
import { EVENTS_TOP, getEvents } from '../requests';

const EVERY_MS = 1000;

const useStyles = makeStyles({
  bar: { display: 'flex', gap: '12px', flexWrap: 'wrap', alignItems: 'end' },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    maxHeight: '560px',
    overflowY: 'auto',
  },
  item: { borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  summary: {
    padding: '6px 12px',
    cursor: 'pointer',
    display: 'grid',
    gridTemplateColumns: '210px minmax(90px, 180px) 1fr',
    gap: '12px',
    alignItems: 'baseline',
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    '@media (max-width: 640px)': { gridTemplateColumns: '1fr', gap: '2px' },
  },
  id: {
    fontWeight: tokens.fontWeightSemibold,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  glance: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    minWidth: 0,
  },
  detail: { padding: '4px 12px 12px', display: 'flex', flexDirection: 'column', gap: '8px' },
  body: {
    margin: 0,
    padding: '8px',
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  properties: {
    display: 'grid',
    gridTemplateColumns: 'minmax(120px, auto) 1fr',
    gap: '2px 16px',
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
    '@media (max-width: 640px)': { gridTemplateColumns: '1fr' },
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
  wait: { padding: '24px 12px', color: tokens.colorNeutralForeground2, textAlign: 'center' },
});

function Properties({ title, of }: { title: string; of: Record<string, unknown> }) {
  const styles = useStyles();
  const entries = Object.entries(of);
  if (entries.length === 0) return null;
  return (
    <div>
      <strong>{title}</strong>
      <dl className={styles.properties}>
        {entries.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt className={styles.term}>{name}</dt>
            <dd className={styles.value}>
              {typeof value === 'string' ? value : JSON.stringify(value)}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Message({ row }: { row: Row }) {
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  return (
    <li className={styles.item}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={styles.summary}>
          <Time at={row.enqueuedTime} />
          <span className={styles.id}>{row.deviceId}</span>
          <span className={styles.glance}>{glance(row)}</span>
        </summary>
        {open && (
          <div className={styles.detail}>
            <pre className={styles.body}>
              {row.bodyEncoding === 'base64' ? row.body : prettyBody(row.body)}
            </pre>
            {row.bodyEncoding === 'base64' && (
              <span className={styles.quiet}>The body is not text; shown in base64.</span>
            )}
            <Properties title="Application properties" of={row.properties} />
            <Properties title="System properties" of={row.systemProperties} />
            <span className={styles.quiet}>
              Partition {row.partition} · sequence number {row.sequenceNumber} · offset {row.offset}
            </span>
          </div>
        )}
      </details>
    </li>
  );
}

const starts: [string, string][] = [
  ['', 'Now'],
  ['-300s', '5 minutes ago'],
  ['-3600s', 'An hour ago'],
];

export function LiveView() {
  const styles = useStyles();
  const { name } = useHub();
  const [running, setRunning] = useState(false);
  const [live, setLive] = useState<Live>(empty);
  const [from, setFrom] = useState('');
  const [device, setDevice] = useState('');
  const [error, setError] = useState<unknown>();
  const cursor = useRef<string | null>(null);

  useEffect(() => {
    if (!running) return;
    const controller = new AbortController();
    const read = async () => {
      while (!controller.signal.aborted) {
        try {
          const page = await getEvents(name, cursor.current, controller.signal);
          cursor.current = page.cursor;
          setLive((now) => arrived(now, page));
          setError(undefined);
          if (page.value.length >= EVENTS_TOP) continue; // there is more
        } catch (failed) {
          if (controller.signal.aborted) return;
          setError(failed);
        }
        await sleep(EVERY_MS, controller.signal).catch(() => undefined);
      }
    };
    void read();
    return () => controller.abort();
  }, [running, name]);

  const begin = () => {
    if (cursor.current === null && from) cursor.current = from;
    setRunning(true);
  };
  const reset = () => {
    setRunning(false);
    cursor.current = null;
    setLive(empty);
    setError(undefined);
  };
  const rows = ofDevice(live.rows, device);
  const paused = !running && cursor.current !== null;
  return (
    <Section title="Live messages">
      <div className={styles.bar}>
        {running ? (
          <Button icon={<PauseRegular />} onClick={() => setRunning(false)}>
            Pause
          </Button>
        ) : (
          <Button appearance="primary" icon={<PlayRegular />} onClick={begin}>
            {paused ? 'Go on' : 'Start'}
          </Button>
        )}
        <Button disabled={!running && !paused} onClick={reset}>
          Stop
        </Button>
        <Button disabled={live.rows.length === 0} onClick={() => setLive(cleared(live))}>
          Clear
        </Button>
        <Choice
          label="From"
          disabled={running || paused}
          value={from}
          options={starts}
          onChange={setFrom}
        />
        <Field label="Device ID begins with">
          <Input value={device} onChange={(_, data) => setDevice(data.value)} spellCheck={false} />
        </Field>
      </div>
      <div role="status">
        <StateText tone={error ? 'bad' : running ? 'busy' : 'idle'}>
          {running ? 'Reading' : paused ? 'Paused; it goes on where it was' : 'Stopped'}
          {' · '}
          {count(live.received)} received
          {live.dropped > 0 && ` · the oldest ${count(live.dropped)} are not shown any more`}
        </StateText>
      </div>
      <ErrorBar error={error} title="Reading failed; it is tried again each second." />
      {rows.length > 0 ? (
        <ol className={styles.list} aria-label="Messages, newest first">
          {rows.map((row) => (
            <Message key={row.key} row={row} />
          ))}
        </ol>
      ) : (
        <div className={styles.wait}>
          {!running && !paused
            ? 'Start shows messages as they arrive. It takes none away from any consumer group.'
            : live.rows.length > 0
              ? 'No message of such a device among those received.'
              : 'No message yet.'}
        </div>
      )}
    </Section>
  );
}
