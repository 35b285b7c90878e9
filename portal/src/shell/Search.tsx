// Search over hubs and resource groups: a combobox (WAI-ARIA), by keyboard or pointer.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useEffect, useId, useRef, useState } from 'react';
import { useNavigate } from 'react-router';

import { listGroups } from '../api/control';
import { useQuery } from '../api/useQuery';
import { SearchRegular } from '../components/icons';
import { useStatus, useSubscription } from './context';
import { findResources } from './findResources';

const useStyles = makeStyles({
  root: { position: 'relative', flexGrow: 1, maxWidth: '480px', minWidth: 0 },
  box: {
    display: 'flex', alignItems: 'center', gap: '8px', height: '32px', padding: '0 10px',
    backgroundColor: '#ffffff', color: '#242424', borderRadius: tokens.borderRadiusMedium,
  },
  input: {
    flexGrow: 1, minWidth: 0, textOverflow: 'ellipsis', border: 'none', outlineStyle: 'none', fontFamily: 'inherit',
    fontSize: tokens.fontSizeBase300, backgroundColor: 'transparent', color: '#242424',
    '::placeholder': { color: '#5c5c5c', opacity: 1 },
  },
  list: {
    position: 'absolute', top: '36px', left: 0, right: 0, zIndex: 100, margin: 0, padding: '4px',
    listStyleType: 'none', backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1, boxShadow: tokens.shadow16,
    borderRadius: tokens.borderRadiusMedium,
  },
  option: {
    padding: '6px 8px', borderRadius: tokens.borderRadiusMedium, cursor: 'pointer',
    display: 'flex', justifyContent: 'space-between', gap: '12px',
  },
  active: { backgroundColor: tokens.colorNeutralBackground1Hover },
  kind: { color: tokens.colorNeutralForeground2 },
});

export function Search() {
  const styles = useStyles();
  const navigate = useNavigate();
  const listId = useId();
  const status = useStatus();
  const subscription = useSubscription()?.subscriptionId;
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const root = useRef<HTMLDivElement>(null);
  const groups = useQuery(open && subscription ? `groups ${subscription}` : null, (signal) =>
    listGroups(subscription!, signal),
  );
  const found = findResources(text, status.data?.hubs ?? [], groups.data ?? []);
  useEffect(() => {
    const leave = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, []);
  const go = (to: string | undefined) => {
    if (!to) return;
    setOpen(false);
    setText('');
    void navigate(to);
  };
  const shown = open && text.trim() !== '';
  return (
    <div className={styles.root} ref={root} role="search">
      <div className={styles.box}>
        <SearchRegular aria-hidden />
        <input
          className={styles.input}
          role="combobox"
          aria-label="Search IoT hubs and resource groups"
          aria-expanded={shown}
          aria-controls={listId}
          aria-activedescendant={shown && found.length ? `${listId}-${active}` : undefined}
          aria-autocomplete="list"
          placeholder="Search hubs and resource groups"
          value={text}
          onFocus={() => setOpen(true)}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
            setOpen(true);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setActive(Math.min(active + 1, found.length - 1));
            else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0));
            else if (event.key === 'Enter') go(found[active]?.to);
            else if (event.key === 'Escape') setOpen(false);
            else if (event.key === 'Tab') return setOpen(false);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      {shown && (
        <ul className={styles.list} id={listId} role="listbox" aria-label="Found">
          {found.map((one, index) => (
            <li
              key={one.to}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active}
              className={mergeClasses(styles.option, index === active && styles.active)}
              onPointerEnter={() => setActive(index)}
              onClick={() => go(one.to)}
            >
              <span>{one.name}</span>
              <span className={styles.kind}>{one.kind}</span>
            </li>
          ))}
          {found.length === 0 && (
            <li className={styles.option} role="option" aria-selected={false} aria-disabled>
              Nothing found
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
