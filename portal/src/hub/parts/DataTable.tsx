// A table of facts. On a phone each row becomes a card, with the column's name beside each value.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const phone = '@media (max-width: 640px)';

const useStyles = makeStyles({
  table: {
    width: '100%',
    borderCollapse: 'collapse',
    [phone]: { display: 'block' },
  },
  caption: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
  head: {
    [phone]: {
      position: 'absolute',
      width: '1px',
      height: '1px',
      overflow: 'hidden',
      clipPath: 'inset(50%)',
    },
  },
  body: { [phone]: { display: 'block' } },
  th: {
    textAlign: 'left',
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    padding: '6px 12px 6px 0',
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
    whiteSpace: 'nowrap',
  },
  row: {
    [phone]: {
      display: 'block',
      padding: '8px 0',
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  td: {
    padding: '7px 12px 7px 0',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    verticalAlign: 'middle',
    overflowWrap: 'anywhere',
    [phone]: {
      display: 'grid',
      gridTemplateColumns: '110px 1fr',
      gap: '8px',
      alignItems: 'center',
      padding: '3px 0',
      borderBottom: 'none',
      textAlign: 'left',
      '::before': {
        content: 'attr(data-label)',
        color: tokens.colorNeutralForeground2,
        fontSize: tokens.fontSizeBase200,
      },
    },
  },
  unlabelled: { [phone]: { display: 'block', '::before': { content: 'none' } } },
  number: { textAlign: 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' },
  narrow: { whiteSpace: 'nowrap', width: '1%', overflowWrap: 'normal' },
  actions: {
    whiteSpace: 'nowrap',
    width: '1%',
    paddingRight: 0,
    textAlign: 'right',
    [phone]: { textAlign: 'left' },
  },
});

export interface Column<T> {
  key: string;
  title: string;
  kind?: 'text' | 'number' | 'narrow' | 'actions';
  render: (row: T) => ReactNode;
}

export function DataTable<T>(props: {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
}) {
  const styles = useStyles();
  const of = (kind: Column<T>['kind']) => kind && kind !== 'text' && styles[kind];
  return (
    <table className={styles.table}>
      <caption className={styles.caption}>{props.caption}</caption>
      <thead className={styles.head}>
        <tr>
          {props.columns.map((column) => (
            <th key={column.key} scope="col" className={mergeClasses(styles.th, of(column.kind))}>
              {column.kind === 'actions' ? (
                <span className={styles.caption}>{column.title}</span>
              ) : (
                column.title
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className={styles.body}>
        {props.rows.map((row) => (
          <tr key={props.rowKey(row)} className={styles.row}>
            {props.columns.map((column) => (
              <td
                key={column.key}
                data-label={column.title}
                className={mergeClasses(
                  of(column.kind),
                  styles.td,
                  column.kind === 'actions' && styles.unlabelled,
                )}
              >
                <span>{column.render(row)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
