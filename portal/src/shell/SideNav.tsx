// The portal's own navigation. On a narrow screen it lies over the page.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useEffect, type ReactElement } from 'react';
import { NavLink } from 'react-router';

import {
  AddRegular, AppsListRegular, ArrowExitRegular, ClipboardTaskListLtrRegular, DocumentSearchRegular,
  FolderRegular, GlobeRegular, HomeRegular,
} from '../components/icons';

const useStyles = makeStyles({
  nav: {
    width: '208px', flexShrink: 0, overflowY: 'auto', padding: '12px 8px', boxSizing: 'border-box',
    backgroundColor: tokens.colorNeutralBackground3,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 860px)': {
      position: 'absolute', top: '48px', bottom: 0, left: 0, zIndex: 50,
      boxShadow: tokens.shadow28, width: '260px',
    },
  },
  hidden: { display: 'none' },
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  item: {
    display: 'flex', alignItems: 'center', gap: '10px', width: '100%', boxSizing: 'border-box',
    padding: '7px 10px', borderRadius: tokens.borderRadiusMedium, border: 'none',
    backgroundColor: 'transparent', color: tokens.colorNeutralForeground1, cursor: 'pointer',
    textDecorationLine: 'none', fontFamily: 'inherit', fontSize: tokens.fontSizeBase300,
    textAlign: 'left',
    ':hover': { backgroundColor: tokens.colorNeutralBackground3Hover },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1, fontWeight: tokens.fontWeightSemibold,
  },
  icon: { fontSize: '18px', lineHeight: 0, color: tokens.colorBrandForeground1 },
  line: {
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`, marginTop: '8px', paddingTop: '8px',
  },
});

const items: { to: string; text: string; icon: ReactElement; line?: boolean }[] = [
  { to: '/create', text: 'Create an IoT hub', icon: <AddRegular /> },
  { to: '/', text: 'Home', icon: <HomeRegular />, line: true },
  { to: '/hubs', text: 'IoT hubs', icon: <AppsListRegular /> },
  { to: '/groups', text: 'Resource groups', icon: <FolderRegular /> },
  { to: '/regions', text: 'Regions', icon: <GlobeRegular />, line: true },
  { to: '/activity', text: 'Activity', icon: <ClipboardTaskListLtrRegular /> },
  { to: '/audit', text: 'Audit log', icon: <DocumentSearchRegular /> },
];

export function SideNav(props: { open: boolean; onSignOut: () => void; onClose: () => void }) {
  const styles = useStyles();
  const { open, onClose } = props;
  useEffect(() => {
    if (!open) return;
    const escape = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && window.innerWidth <= 860) onClose();
    };
    document.addEventListener('keydown', escape);
    return () => document.removeEventListener('keydown', escape);
  }, [open, onClose]);
  return (
    <nav
      id="portal-menu"
      className={mergeClasses(styles.nav, !open && styles.hidden)}
      aria-label="Portal"
    >
      <ul className={styles.list}>
        {items.map((item) => (
          <li key={item.to} className={item.line ? styles.line : undefined}>
            <NavLink
              to={item.to}
              end={item.to === '/'}
              className={({ isActive }) => mergeClasses(styles.item, isActive && styles.current)}
            >
              <span className={styles.icon} aria-hidden>
                {item.icon}
              </span>
              {item.text}
            </NavLink>
          </li>
        ))}
        <li className={styles.line}>
          <button type="button" className={styles.item} onClick={props.onSignOut}>
            <span className={styles.icon} aria-hidden>
              <ArrowExitRegular />
            </span>
            Sign out
          </button>
        </li>
      </ul>
    </nav>
  );
}
