// The frame of every page: top bar, navigation, banners, the page itself.
import {
  Button, CounterBadge, Menu, MenuItem, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, Toast,
  ToastBody, ToastTitle, Toaster, Tooltip, makeStyles, mergeClasses, tokens, useId,
  useToastController,
} from '@fluentui/react-components';
import { Suspense, lazy, useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'react-router';

import { signOut } from '../api/session';
import {
  AlertRegular, ArrowExitRegular, NavigationRegular, PersonRegular, WeatherMoonRegular,
  WeatherSunnyRegular,
} from '../components/icons';
import { Loading } from '../components/parts';
import { Mark } from './Mark';
import { PlatformBanner } from './PlatformBanner';
import { Search } from './Search';
import { SideNav } from './SideNav';
import { forgetEverything } from '../api/useQuery';
import { notifications, useNotifications, type Notification } from './notifications';
import type { ThemeChoice } from './theme';

const NotificationsPane = lazy(() => import('./NotificationsPane'));

const useStyles = makeStyles({
  root: {
    display: 'grid', gridTemplateRows: 'auto 1fr', height: '100dvh',
    backgroundColor: tokens.colorNeutralBackground1,
  },
  skip: {
    position: 'absolute', left: '-10000px', zIndex: 1000, padding: '8px 16px',
    backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground1,
    ':focus': { left: '8px', top: '8px' },
  },
  bar: {
    display: 'flex', alignItems: 'center', gap: '8px', minHeight: '48px', padding: '0 8px',
    backgroundColor: '#083b42', color: '#ffffff', boxSizing: 'border-box', minWidth: 0,
  },
  brand: {
    display: 'flex', alignItems: 'center', gap: '8px', color: '#ffffff',
    textDecorationLine: 'none', fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase400, padding: '0 8px', minHeight: '36px',
    '@media (max-width: 640px)': { padding: '0 2px' },
  },
  brandText: { '@media (max-width: 640px)': { display: 'none' } },
  space: { flexGrow: 1, '@media (max-width: 640px)': { display: 'none' } },
  barButton: {
    color: '#ffffff', minWidth: '36px',
    ':hover': { color: '#ffffff', backgroundColor: '#12525b' },
    ':hover:active': { color: '#ffffff', backgroundColor: '#06292e' },
    '& .fui-Button__icon': { color: '#ffffff' },
    ':hover .fui-Button__icon': { color: '#ffffff' },
    '@media (max-width: 640px)': { padding: '0 4px', minWidth: '32px' },
  },
  user: { '@media (max-width: 860px)': { display: 'none' } },
  bell: { position: 'relative', display: 'inline-flex' },
  badge: { position: 'absolute', top: '-2px', right: '-2px', pointerEvents: 'none' },
  below: { display: 'flex', minHeight: 0, minWidth: 0 },
  main: { flexGrow: 1, minWidth: 0, overflow: 'auto', outlineStyle: 'none', position: 'relative' },
});

/** There is room for the menu beside the page; else it lies over it. */
const wide = matchMedia('(min-width: 861px)');

export interface ShellProps {
  user: string;
  dark: boolean;
  choice: ThemeChoice;
  onTheme: (choice: ThemeChoice) => void;
  children: ReactNode;
}

function leave(): void {
  notifications.clear();
  forgetEverything();
  signOut();
}

/** Tells how an operation ended, wherever the user is by then. */
function useEndings(toasterId: string): void {
  const { dispatchToast } = useToastController(toasterId);
  useEffect(
    () =>
      notifications.onEnd((ended: Notification) => {
        const good = ended.status === 'succeeded';
        dispatchToast(
          <Toast>
            <ToastTitle>{good ? ended.done : `${ended.title}: failed`}</ToastTitle>
            {ended.message && <ToastBody>{ended.message}</ToastBody>}
          </Toast>,
          { intent: good ? 'success' : 'error', timeout: good ? 6000 : 15_000 },
        );
      }),
    [dispatchToast],
  );
}

function Bell({ onOpen }: { onOpen: () => void }) {
  const styles = useStyles();
  const all = useNotifications();
  const running = all.filter((one) => one.status === 'running').length;
  const fresh = all.filter((one) => !one.seen && one.status !== 'running').length;
  const label =
    `Notifications${running ? `, ${running} running` : ''}${fresh ? `, ${fresh} new` : ''}`;
  return (
    <span className={styles.bell}>
      <Tooltip content={label} relationship="label">
        <Button
          appearance="transparent"
          className={styles.barButton}
          onClick={onOpen}
          icon={<AlertRegular />}
        />
      </Tooltip>
      {running + fresh > 0 && (
        <CounterBadge
          aria-hidden
          className={styles.badge}
          size="small"
          count={running + fresh}
          color={running ? 'brand' : 'danger'}
        />
      )}
    </span>
  );
}

function ThemeMenu({ dark, choice, onTheme }: Omit<ShellProps, 'user' | 'children'>) {
  const styles = useStyles();
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, data) => onTheme(data.checkedItems[0] as ThemeChoice)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Tooltip content="Theme" relationship="label">
          <Button
            appearance="transparent"
            className={styles.barButton}
            icon={dark ? <WeatherMoonRegular /> : <WeatherSunnyRegular />}
          />
        </Tooltip>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemRadio name="theme" value="system">As the system</MenuItemRadio>
          <MenuItemRadio name="theme" value="light">Light</MenuItemRadio>
          <MenuItemRadio name="theme" value="dark">Dark</MenuItemRadio>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function Account({ user }: { user: string }) {
  const styles = useStyles();
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          className={styles.barButton}
          icon={<PersonRegular />}
          aria-label={`Account ${user}`}
        >
          <span className={styles.user}>{user.length > 24 ? `${user.slice(0, 8)}…` : user}</span>
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<ArrowExitRegular />} onClick={leave}>
            Sign out
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function Shell(props: ShellProps) {
  const styles = useStyles();
  const toaster = useId('toaster');
  const location = useLocation();
  const main = useRef<HTMLElement>(null);
  const [pane, setPane] = useState(false);
  const [paneAsked, setPaneAsked] = useState(false);
  const [nav, setNav] = useState(wide.matches);
  useEndings(toaster);
  useEffect(() => {
    const follow = () => setNav(wide.matches);
    wide.addEventListener('change', follow);
    return () => wide.removeEventListener('change', follow);
  }, []);
  useEffect(() => {
    main.current?.scrollTo(0, 0);
    if (!wide.matches) setNav(false);
  }, [location.pathname]);
  return (
    <div className={styles.root}>
      <a className={styles.skip} href="#main">
        Skip to main content
      </a>
      <header className={styles.bar}>
        <Tooltip content={nav ? 'Hide the menu' : 'Show the menu'} relationship="label">
          <Button
            appearance="transparent"
            className={styles.barButton}
            icon={<NavigationRegular />}
            aria-expanded={nav}
            aria-controls="portal-menu"
            onClick={() => setNav(!nav)}
          />
        </Tooltip>
        <Link to="/" className={styles.brand} aria-label="Tandem, home">
          <Mark />
          <span className={styles.brandText}>Tandem</span>
        </Link>
        <div className={styles.space} />
        <Search />
        <div className={styles.space} />
        <Bell
          onOpen={() => {
            setPaneAsked(true);
            setPane(true);
          }}
        />
        <ThemeMenu dark={props.dark} choice={props.choice} onTheme={props.onTheme} />
        <Account user={props.user} />
      </header>
      <div className={styles.below}>
        <SideNav open={nav} onSignOut={leave} onClose={() => setNav(false)} />
        <main id="main" ref={main} tabIndex={-1} className={mergeClasses(styles.main)}>
          <PlatformBanner />
          <Suspense fallback={<Loading />}>{props.children}</Suspense>
        </main>
      </div>
      {paneAsked && (
        <Suspense>
          <NotificationsPane open={pane} onClose={() => setPane(false)} />
        </Suspense>
      )}
      <Toaster toasterId={toaster} position="top-end" />
    </div>
  );
}
