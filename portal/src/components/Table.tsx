// The table of every list of the portal: sorting by column, ticking rows. Where it is too wide it
// scrolls within itself; on a phone each row is a card. Roles are given in full, since browsers
// forget what a table is when it is laid out as anything else.
import {
  Checkbox, Table as FluentTable, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow,
  makeStyles, tokens,
} from '@fluentui/react-components';
import { useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';

const PHONE = '@media (max-width: 640px)';

const useStyles = makeStyles({
  frame: { overflowX: 'auto', minWidth: 0 },
  table: { [PHONE]: { display: 'block' } },
  header: {
    [PHONE]: {
      position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)',
    },
  },
  body: { [PHONE]: { display: 'block' } },
  row: {
    [PHONE]: {
      display: 'flex', flexDirection: 'column', padding: '8px 0',
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  head: { fontWeight: tokens.fontWeightSemibold },
  tick: { width: '40px', [PHONE]: { display: 'block' } },
  cell: {
    overflowWrap: 'anywhere',
    [PHONE]: {
      display: 'grid', gridTemplateColumns: '120px 1fr', gap: '8px', height: 'auto', width: '100%',
      padding: '4px 0', boxSizing: 'border-box',
      '::before': { content: 'attr(data-label)', color: tokens.colorNeutralForeground2 },
    },
  },
});

const phoneQuery = matchMedia('(max-width: 640px)');
const watchPhone = (changed: () => void) => {
  phoneQuery.addEventListener('change', changed);
  return () => phoneQuery.removeEventListener('change', changed);
};

export interface Column<T> {
  key: string;
  text: string;
  width?: string;
  render: (row: T) => ReactNode;
  sort?: (row: T) => string | number;
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
  const [order, setOrder] = useState<{ key: string; down: boolean } | null>(null);
  const { rows, columns, selection, rowKey } = props;
  const sorted = useMemo(() => {
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
  const picked = selection ? rows.filter((row) => selection.picked.has(rowKey(row))).length : 0;
  const toggle = (key: string) => {
    const next = new Set(selection!.picked);
    if (!next.delete(key)) next.add(key);
    selection!.onPick(next);
  };
  return (
    <div className={styles.frame}>
      <FluentTable
        aria-label={props.label}
        role="table"
        size="small"
        className={styles.table}
        style={{ minWidth: phone ? 0 : props.minWidth }}
        sortable
      >
        <TableHeader className={styles.header} role="rowgroup">
          <TableRow role="row">
            {selection && (
              <TableHeaderCell className={styles.tick} sortable={false} role="columnheader">
                <Checkbox
                  aria-label="Select all"
                  checked={picked === 0 ? false : picked === rows.length ? true : 'mixed'}
                  onChange={() =>
                    selection.onPick(picked === rows.length ? new Set() : new Set(rows.map(rowKey)))
                  }
                />
              </TableHeaderCell>
            )}
            {columns.map((column) => (
              <TableHeaderCell
                key={column.key}
                role="columnheader"
                className={styles.head}
                style={{ width: column.width }}
                sortable={!!column.sort}
                sortDirection={
                  order?.key === column.key ? (order.down ? 'descending' : 'ascending') : undefined
                }
                onClick={
                  column.sort &&
                  (() =>
                    setOrder({
                      key: column.key, down: order?.key === column.key ? !order.down : false,
                    }))
                }
              >
                {column.text}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody className={styles.body} role="rowgroup">
          {sorted.map((row) => {
            const key = rowKey(row);
            return (
              <TableRow
                key={key}
                aria-selected={selection ? selection.picked.has(key) : undefined}
                className={styles.row}
                role="row"
              >
                {selection && (
                  <TableCell className={styles.tick} role="cell">
                    <Checkbox
                      aria-label={`Select ${key}`}
                      checked={selection.picked.has(key)}
                      onChange={() => toggle(key)}
                    />
                  </TableCell>
                )}
                {columns.map((column) => (
                  <TableCell
                    key={column.key}
                    className={styles.cell}
                    role="cell"
                    data-label={column.text}
                  >
                    <span>{column.render(row)}</span>
                  </TableCell>
                ))}
              </TableRow>
            );
          })}
        </TableBody>
      </FluentTable>
    </div>
  );
}
