// The table of every list of the portal: sorting by column, ticking rows. Where it is too wide it
// scrolls within itself; on a phone each row is a card, with the column's name beside each value.
// Roles are given in full, since browsers forget what a table is when it is laid out as anything
// else.
import { Button, Checkbox, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  useMemo, useState, useSyncExternalStore, type ReactElement, type ReactNode,
} from 'react';

import { ArrowDownRegular, ArrowUpRegular } from './icons';

const PHONE = '@media (max-width: 640px)';
const hidden = {
  position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
} as const;

const useStyles = makeStyles({
  frame: { overflowX: 'auto', minWidth: 0 },
  table: { width: '100%', borderCollapse: 'collapse', [PHONE]: { display: 'block' } },
  hidden,
  header: { [PHONE]: hidden },
  body: { [PHONE]: { display: 'block' } },
  head: {
    textAlign: 'left', fontWeight: tokens.fontWeightSemibold, fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2, padding: '6px 16px 6px 0', whiteSpace: 'nowrap',
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
  },
  sort: {
    display: 'inline-flex', alignItems: 'center', gap: '4px', padding: 0, border: 'none',
    backgroundColor: 'transparent', color: 'inherit', font: 'inherit', cursor: 'pointer',
    ':hover': { color: tokens.colorNeutralForeground1, textDecorationLine: 'underline' },
  },
  arrow: { fontSize: '12px', lineHeight: 0, width: '12px' },
  row: {
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    [PHONE]: {
      display: 'block', padding: '8px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  cell: {
    padding: '7px 16px 7px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    verticalAlign: 'middle', overflowWrap: 'anywhere',
    [PHONE]: {
      display: 'grid', gridTemplateColumns: '120px 1fr', gap: '8px', alignItems: 'start',
      padding: '3px 0', borderBottom: 'none', textAlign: 'left', whiteSpace: 'normal',
      width: 'auto', '::before': {
        content: 'attr(data-label)', color: tokens.colorNeutralForeground2,
      },
    },
  },
  unlabelled: { [PHONE]: { display: 'block', '::before': { content: 'none' } } },
  number: {
    textAlign: 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap',
    paddingRight: '32px', ':last-child': { paddingRight: 0 },
  },
  narrow: { whiteSpace: 'nowrap', width: '1%', overflowWrap: 'normal' },
  actions: { whiteSpace: 'nowrap', width: '1%', paddingRight: 0, textAlign: 'right' },
  tick: { width: '40px', padding: 0 },
});

const phoneQuery = matchMedia('(max-width: 640px)');
const watchPhone = (changed: () => void) => {
  phoneQuery.addEventListener('change', changed);
  return () => phoneQuery.removeEventListener('change', changed);
};

export interface Column<T> {
  key: string;
  title: string;
  kind?: 'number' | 'narrow' | 'actions'; // narrow: a state or a time, never broken
  width?: string;
  render: (row: T) => ReactNode;
  sort?: (row: T) => string | number;
}

interface Order {
  key: string;
  down: boolean;
}

function useSorted<T>(rows: T[], columns: Column<T>[], order: Order | null): T[] {
  return useMemo(() => {
    const by = columns.find((column) => column.key === order?.key)?.sort;
    if (!by || !order) return rows;
    const sign = order.down ? -1 : 1;
    return [...rows].sort((a, b) => {
      const [x, y] = [by(a), by(b)];
      const result =
        typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
      return sign * result;
    });
  }, [rows, columns, order]);
}

function Heads<T>(props: {
  columns: Column<T>[];
  order: Order | null;
  onOrder: (order: Order) => void;
}) {
  const styles = useStyles();
  return props.columns.map((column) => {
    const sorted = props.order?.key === column.key ? props.order : null;
    return (
      <th
        key={column.key}
        role="columnheader"
        scope="col"
        className={mergeClasses(styles.head, column.kind && styles[column.kind])}
        style={{ width: column.width }}
        aria-sort={sorted ? (sorted.down ? 'descending' : 'ascending') : undefined}
      >
        {column.sort ? (
          <button
            type="button"
            className={styles.sort}
            onClick={() => props.onOrder({ key: column.key, down: sorted ? !sorted.down : false })}
          >
            {column.title}
            <span className={styles.arrow} aria-hidden>
              {sorted && (sorted.down ? <ArrowDownRegular /> : <ArrowUpRegular />)}
            </span>
          </button>
        ) : (
          <span className={column.kind === 'actions' ? styles.hidden : undefined}>
            {column.title}
          </span>
        )}
      </th>
    );
  });
}

export function Table<T>(props: {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  minWidth?: number; // below it the table scrolls, except on a phone
  selection?: { picked: ReadonlySet<string>; onPick: (picked: Set<string>) => void };
}) {
  const styles = useStyles();
  const phone = useSyncExternalStore(watchPhone, () => phoneQuery.matches);
  const [order, setOrder] = useState<Order | null>(null);
  const { rows, columns, selection, rowKey } = props;
  const sorted = useSorted(rows, columns, order);
  const picked = selection ? rows.filter((row) => selection.picked.has(rowKey(row))).length : 0;
  const toggle = (key: string) => {
    const next = new Set(selection!.picked);
    if (!next.delete(key)) next.add(key);
    selection!.onPick(next);
  };
  return (
    <div className={styles.frame}>
      <table
        aria-label={props.label}
        role="table"
        className={styles.table}
        style={{ minWidth: phone ? 0 : props.minWidth }}
      >
        <thead className={styles.header} role="rowgroup">
          <tr role="row">
            {selection && (
              <th className={mergeClasses(styles.head, styles.tick)} role="columnheader">
                <Checkbox
                  aria-label="Select all"
                  checked={picked === 0 ? false : picked === rows.length ? true : 'mixed'}
                  onChange={() =>
                    selection.onPick(picked === rows.length ? new Set() : new Set(rows.map(rowKey)))
                  }
                />
              </th>
            )}
            <Heads columns={columns} order={order} onOrder={setOrder} />
          </tr>
        </thead>
        <tbody className={styles.body} role="rowgroup">
          {sorted.map((row) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                aria-selected={selection ? selection.picked.has(key) : undefined}
                className={styles.row}
                role="row"
              >
                {selection && (
                  <td
                    className={mergeClasses(styles.cell, styles.tick, styles.unlabelled)}
                    role="cell"
                  >
                    <Checkbox
                      aria-label={`Select ${key}`}
                      checked={selection.picked.has(key)}
                      onChange={() => toggle(key)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td
                    key={column.key}
                    role="cell"
                    data-label={column.title}
                    className={mergeClasses(
                      styles.cell,
                      column.kind && styles[column.kind],
                      column.kind === 'actions' && styles.unlabelled,
                    )}
                  >
                    <span>{column.render(row)}</span>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What can be done with one row: named with it for who hears the button alone. */
export function RowButton(props: {
  text: string;
  row: string;
  icon?: ReactElement; // instead of the text
  onClick: () => void;
}) {
  return (
    <Button
      size="small"
      appearance={props.icon ? 'subtle' : undefined}
      icon={props.icon}
      aria-label={`${props.text} ${props.row}`}
      onClick={props.onClick}
    >
      {props.icon ? undefined : props.text}
    </Button>
  );
}
