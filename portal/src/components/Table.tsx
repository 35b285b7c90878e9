// A plain table that scrolls sideways within itself, with what every list of the portal needs:
// sorting by column, and ticking rows. It has the same look everywhere.
import {
  Checkbox, Table as FluentTable, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow,
  makeStyles, tokens,
} from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';

const useStyles = makeStyles({
  frame: { overflowX: 'auto', minWidth: 0 },
  head: { fontWeight: tokens.fontWeightSemibold },
  tick: { width: '40px' },
  cell: { overflowWrap: 'anywhere' },
});

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
  minWidth?: number; // below it the table scrolls
  selection?: { picked: ReadonlySet<string>; onPick: (picked: Set<string>) => void };
  onRowClick?: (row: T) => void;
}) {
  const styles = useStyles();
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
    <div className={styles.frame} tabIndex={-1}>
      <FluentTable
        aria-label={props.label}
        size="small"
        noNativeElements={false}
        style={{ minWidth: props.minWidth ?? 0 }}
        sortable
      >
        <TableHeader>
          <TableRow>
            {selection && (
              <TableHeaderCell className={styles.tick} sortable={false}>
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
        <TableBody>
          {sorted.map((row) => {
            const key = rowKey(row);
            return (
              <TableRow
                key={key}
                aria-selected={selection ? selection.picked.has(key) : undefined}
                onClick={props.onRowClick && (() => props.onRowClick!(row))}
                style={props.onRowClick ? { cursor: 'pointer' } : undefined}
              >
                {selection && (
                  <TableCell className={styles.tick}>
                    <Checkbox
                      aria-label={`Select ${key}`}
                      checked={selection.picked.has(key)}
                      onChange={() => toggle(key)}
                    />
                  </TableCell>
                )}
                {columns.map((column) => (
                  <TableCell key={column.key} className={styles.cell}>
                    {column.render(row)}
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
