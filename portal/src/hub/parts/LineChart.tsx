// Lines over time, drawn by hand; the same numbers as a table for who cannot see them.
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useId, useRef, useState } from 'react';

import { linePath, shortNumber, ticks, type Point } from '../logic/chart';
import { Table } from '../../components/Table';

export interface Series {
  name: string;
  points: Point[];
}

const HEIGHT = 160;
const LEFT = 44;
const BOTTOM = 20;
const TOP = 8;
const strokes = [tokens.colorBrandStroke1, tokens.colorPaletteMarigoldBorderActive];

const useStyles = makeStyles({
  box: { minWidth: 0, position: 'relative' },
  head: { display: 'flex', alignItems: 'baseline', gap: '8px' },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  latest: {
    flexGrow: 1, color: tokens.colorNeutralForeground2,
    fontVariantNumeric: 'tabular-nums',
  },
  grid: { stroke: tokens.colorNeutralStroke3, strokeWidth: '1' },
  text: { fill: tokens.colorNeutralForeground3, fontSize: '11px' },
  line: { fill: 'none', strokeWidth: '1.75', strokeLinejoin: 'round', strokeLinecap: 'round' },
  mark: { stroke: tokens.colorNeutralStroke1, strokeDasharray: '2 2' },
  scroll: { maxHeight: '240px', overflowY: 'auto' },
});

const time = (at: number) => new Date(at).toISOString().slice(11, 16);

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(200, Math.floor(entry.contentRect.width)));
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}

export function LineChart(props: {
  title: string;
  series: Series[];
  format?: (value: number) => string;
}) {
  const styles = useStyles();
  const [box, width] = useWidth();
  const [asTable, setAsTable] = useState(false);
  const [hover, setHover] = useState<number | null>(null);
  const label = useId();
  const format = props.format ?? shortNumber;
  const all = props.series.flatMap((one) => one.points);
  const first = Math.min(...all.map((point) => point.at));
  const last = Math.max(...all.map((point) => point.at));
  const marks = ticks(Math.max(0, ...all.map((point) => point.value ?? 0)));
  const top = marks[marks.length - 1]!;
  const x = (at: number) =>
    LEFT + (last === first ? 0 : ((at - first) / (last - first)) * (width - LEFT - 6));
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const main = props.series[0]?.points ?? [];
  const known = main.filter((point) => point.value !== null);
  const shown = hover === null ? known[known.length - 1] : main[hover];
  const at = (clientX: number, rect: DOMRect) => {
    if (main.length === 0) return null;
    const share = (clientX - rect.left - LEFT) / Math.max(1, width - LEFT - 6);
    return Math.min(main.length - 1, Math.max(0, Math.round(share * (main.length - 1))));
  };
  const middle = first + (last - first) / 2;
  return (
    <div className={styles.box} ref={box}>
      <div className={styles.head}>
        <h3 className={styles.title} id={label}>
          {props.title}
        </h3>
        <span className={styles.latest}>
          {shown && shown.value !== null && `${format(shown.value)} at ${time(shown.at)} UTC`}
          {shown && shown.value === null && `no value at ${time(shown.at)} UTC`}
        </span>
        <Button
          size="small"
          appearance="subtle"
          aria-label={`${props.title} as ${asTable ? 'chart' : 'table'}`}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? 'Chart' : 'Table'}
        </Button>
      </div>
      {asTable ? (
        <div className={styles.scroll} tabIndex={0} role="region" aria-labelledby={label}>
          <Table
            label={props.title}
            rows={[...known].reverse()}
            rowKey={(row) => String(row.at)}
            columns={[
              { key: 'at', title: 'Time (UTC)', render: (row) => time(row.at) },
              {
                key: 'value',
                title: 'Value',
                kind: 'number',
                render: (row) => format(row.value ?? 0),
              },
            ]}
          />
        </div>
      ) : (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={
            known.length === 0
              ? `${props.title}: no values in this time`
              : `${props.title}: ${known.length} values, highest ` +
                `${format(Math.max(...known.map((point) => point.value!)))}, last ` +
                `${format(known[known.length - 1]!.value!)}`
          }
          onPointerMove={(event) =>
            setHover(at(event.clientX, event.currentTarget.getBoundingClientRect()))
          }
          onPointerLeave={() => setHover(null)}
        >
          {marks.map((mark) => (
            <g key={mark}>
              <line className={styles.grid} x1={LEFT} x2={width - 6} y1={y(mark)} y2={y(mark)} />
              <text className={styles.text} x={LEFT - 6} y={y(mark) + 4} textAnchor="end">
                {format(mark)}
              </text>
            </g>
          ))}
          {known.length === 0 && (
            <text
              className={styles.text}
              x={LEFT + (width - LEFT) / 2}
              y={HEIGHT / 2}
              textAnchor="middle"
            >
              No values in this time
            </text>
          )}
          {all.length > 0 && (
            <>
              {(last === first ? [first] : [first, middle, last]).map((one, i) => (
                <text
                  key={i}
                  className={styles.text}
                  x={x(one)}
                  y={HEIGHT - 4}
                  textAnchor={i === 0 ? 'start' : i === 1 ? 'middle' : 'end'}
                >
                  {time(one)}
                </text>
              ))}
              {props.series.map((one, i) => (
                <path
                  key={one.name}
                  className={styles.line}
                  stroke={strokes[i % strokes.length]}
                  d={linePath(one.points, x, y)}
                />
              ))}
              {hover !== null && shown && (
                <line
                  className={styles.mark}
                  x1={x(shown.at)}
                  x2={x(shown.at)}
                  y1={TOP}
                  y2={HEIGHT - BOTTOM}
                />
              )}
            </>
          )}
        </svg>
      )}
    </div>
  );
}
