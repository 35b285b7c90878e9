// Failovers of the past with their measured times.
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';

import type { FailoverOperation } from '../../api/types';
import { duration } from '../../components/format';
import { EmptyState, Time } from '../../components/parts';
import { SidePane } from '../../components/SidePane';
import { ticks } from '../logic/chart';
import { isRunning, lostText, pauseSeconds } from '../logic/failover';
import { Table } from '../../components/Table';
import { Report, ResultText, kindWords } from './Report';

const SHOWN_MAX = 24;
const WIDTH = 22;
const HEIGHT = 96;
const LEFT = 48;

const useStyles = makeStyles({
  chart: { display: 'block', maxWidth: '100%' },
  grid: { stroke: tokens.colorNeutralStroke3 },
  text: { fill: tokens.colorNeutralForeground3, fontSize: '11px' },
  planned: { fill: tokens.colorBrandBackground },
  forced: { fill: tokens.colorPaletteMarigoldBackground3 },
  failed: { fill: 'none', stroke: tokens.colorStatusDangerForeground1, strokeDasharray: '3 2' },
  legend: {
    display: 'flex',
    gap: '16px',
    flexWrap: 'wrap',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
  swatch: { display: 'inline-block', width: '10px', height: '10px', marginRight: '6px' },
});

/** How long each took, oldest on the left; the table beside it says the same in words. */
function Times({ past }: { past: FailoverOperation[] }) {
  const styles = useStyles();
  const bars = past
    .filter((one) => one.seconds !== undefined)
    .slice(0, SHOWN_MAX)
    .reverse();
  if (bars.length < 2) return null;
  const marks = ticks(Math.max(...bars.map((one) => one.seconds!)));
  const top = marks[marks.length - 1]!;
  const y = (seconds: number) => 6 + (1 - seconds / top) * (HEIGHT - 12);
  const width = LEFT + bars.length * WIDTH + 8;
  return (
    <div>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        width={width}
        role="img"
        aria-label={
          `Durations of the last ${bars.length} failovers, oldest first: ` +
          bars.map((one) => duration(one.seconds!)).join(', ')
        }
      >
        {[0, top / 2, top].map((mark) => (
          <g key={mark}>
            <line className={styles.grid} x1={LEFT} x2={width} y1={y(mark)} y2={y(mark)} />
            <text className={styles.text} x={LEFT - 6} y={y(mark) + 4} textAnchor="end">
              {duration(mark)}
            </text>
          </g>
        ))}
        {bars.map((one, i) => {
          const failed = one.status.toLowerCase() === 'failed';
          const kind = failed ? 'failed' : one.failover === 'planned' ? 'planned' : 'forced';
          const height = Math.max(2, y(0) - y(one.seconds!));
          return (
            <rect
              key={one.id}
              className={styles[kind]}
              x={LEFT + i * WIDTH + 4}
              y={y(0) - height}
              width={WIDTH - 8}
              height={height}
            >
              <title>
                {`${kindWords[one.failover] ?? one.failover}, ${duration(one.seconds!)}`}
              </title>
            </rect>
          );
        })}
      </svg>
      <div className={styles.legend} aria-hidden>
        <span>
          <svg className={styles.swatch}>
            <rect className={styles.planned} width="10" height="10" />
          </svg>
          Planned
        </span>
        <span>
          <svg className={styles.swatch}>
            <rect className={styles.forced} width="10" height="10" />
          </svg>
          Forced or automatic
        </span>
        <span>
          <svg className={styles.swatch}>
            <rect className={styles.failed} width="10" height="10" />
          </svg>
          Failed
        </span>
      </div>
    </div>
  );
}

export function History({ past }: { past: FailoverOperation[] }) {
  const [open, setOpen] = useState<string | null>(null);
  const shown = past.find((one) => one.id === open);
  if (past.length === 0)
    return (
      <EmptyState title="No failover yet">
        A drill on a quiet day is the way to learn how long one takes on this hub.
      </EmptyState>
    );
  return (
    <>
      <Times past={past} />
      <Table
        label="Failovers, newest first"
        rows={past}
        rowKey={(row) => row.id}
        columns={[
          { key: 'at', title: 'Started', render: (row) => <Time at={row.startedAt} /> },
          { key: 'kind', title: 'Kind', render: (row) => kindWords[row.failover] ?? row.failover },
          {
            key: 'way',
            title: 'From → to',
            render: (row) => `${row.fromDisplayName} → ${row.toDisplayName}`,
          },
          {
            key: 'seconds',
            title: 'Duration',
            kind: 'number',
            render: (row) => (row.seconds === undefined ? '' : duration(row.seconds)),
          },
          {
            key: 'pause',
            title: 'Not served',
            kind: 'number',
            render: (row) => {
              const pause = pauseSeconds(row.steps);
              return pause === null ? '–' : duration(pause);
            },
          },
          { key: 'lost', title: 'Lost', render: (row) => lostText(row) },
          { key: 'result', title: 'Result', render: (row) => <ResultText operation={row} /> },
          {
            key: 'more',
            title: 'Report',
            kind: 'actions',
            render: (row) =>
              isRunning(row) ? null : (
                <Button size="small" onClick={() => setOpen(row.id)}>
                  Report
                </Button>
              ),
          },
        ]}
      />
      <SidePane
        open={shown !== undefined}
        title="Failover report"
        onClose={() => setOpen(null)}
        wide
      >
        {shown && <Report operation={shown} />}
      </SidePane>
    </>
  );
}
