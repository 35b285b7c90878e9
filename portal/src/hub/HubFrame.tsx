// The frame of a hub's pages: its menu on the left, the pane beside it.
import {
  Button, Dropdown, Option, makeStyles, mergeClasses, tokens,
} from '@fluentui/react-components';
import { Suspense, useEffect, useMemo, useRef } from 'react';
import { NavLink, Route, Routes, useLocation, useNavigate, useParams } from 'react-router';

import { getHub, getHubStatus } from '../api/control';
import { ApiError } from '../api/client';
import { useQuery } from '../api/useQuery';
import { BladeHeader, EmptyState, ErrorBar, Loading, PageBody } from '../components/parts';
import NotFound from '../pages/NotFound';
import { HubProvider, type HubPage } from './context';
import { panes } from './routes';

const useStyles = makeStyles({
  frame: {
    display: 'flex', minHeight: '100%', minWidth: 0,
    '@media (max-width: 860px)': { flexDirection: 'column' },
  },
  menu: {
    width: '220px',
    flexShrink: 0,
    padding: '12px 8px 24px',
    boxSizing: 'border-box',
    position: 'sticky', // it stays while a long pane is read
    top: 0,
    alignSelf: 'flex-start',
    maxHeight: 'calc(100dvh - 48px)',
    overflowY: 'auto',
    '@media (max-width: 860px)': { display: 'none' },
  },
  small: {
    display: 'none',
    padding: '8px 12px 0',
    '@media (max-width: 860px)': { display: 'block' },
  },
  group: {
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    padding: '12px 10px 4px',
    margin: 0,
  },
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  item: {
    display: 'flex', alignItems: 'center', gap: '10px',
    padding: '6px 10px',
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
  },
  icon: { fontSize: '18px', lineHeight: 0, color: tokens.colorBrandForeground1 },
  pane: {
    flexGrow: 1, minWidth: 0, borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 860px)': { borderLeftStyle: 'none' },
  },
});

const groups = [...new Set(panes.map((pane) => pane.group))];

function HubMenu({ path }: { path: string }) {
  const styles = useStyles();
  return (
    <nav className={styles.menu} aria-label="IoT hub">
      {groups.map((group) => (
        <div key={group || 'top'}>
          {group && <h2 className={styles.group}>{group}</h2>}
          <ul className={styles.list}>
            {panes
              .filter((pane) => pane.group === group)
              .map((pane) => (
                <li key={pane.path}>
                  <NavLink
                    to={pane.path ? `${path}/${pane.path}` : path}
                    end={!pane.wildcard}
                    className={({ isActive }) =>
                      mergeClasses(styles.item, isActive && styles.current)
                    }
                  >
                    <span className={styles.icon} aria-hidden>
                      {pane.icon}
                    </span>
                    {pane.text}
                  </NavLink>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** On a phone the menu is a list to choose from. */
function SmallMenu({ path }: { path: string }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const location = useLocation();
  const rest = location.pathname.slice(path.length + 1);
  const current =
    panes.find((pane) => pane.path === rest) ??
    panes.find((pane) => pane.path && rest.startsWith(`${pane.path}/`)) ??
    panes[0]!;
  return (
    <div className={styles.small}>
      <Dropdown
        aria-label="Page of the IoT hub"
        value={current.text}
        selectedOptions={[current.path]}
        onOptionSelect={(_, data) =>
          void navigate(data.optionValue ? `${path}/${data.optionValue}` : path)
        }
        style={{ width: '100%', minWidth: 0 }}
      >
        {panes.map((pane) => (
          <Option key={pane.path} value={pane.path}>
            {pane.text}
          </Option>
        ))}
      </Dropdown>
    </div>
  );
}

function Gone({ name, error, retry }: { name: string; error: unknown; retry: () => void }) {
  const navigate = useNavigate();
  const missing = error instanceof ApiError && error.status === 404;
  return (
    <>
      <BladeHeader title={name} crumbs={[{ text: 'IoT hubs', to: '/hubs' }]} />
      <PageBody>
        {missing ? (
          <EmptyState title={`There is no IoT hub '${name}'.`}>
            <Button onClick={() => void navigate('/hubs')}>All IoT hubs</Button>
          </EmptyState>
        ) : (
          <ErrorBar error={error} onRetry={retry} />
        )}
      </PageBody>
    </>
  );
}

export default function HubFrame() {
  const styles = useStyles();
  const name = useParams().hub ?? '';
  const path = `/hubs/${encodeURIComponent(name)}`;
  const statusQuery = useQuery(`hub status ${name}`, (signal) => getHubStatus(name, signal), {
    every: 1500,
  });
  const id = statusQuery.data?.id;
  const revision = statusQuery.data && `${statusQuery.data.epoch} ${statusQuery.data.state}`;
  const arm = useQuery(id ? `hub ${id}` : null, (signal) => getHub(id!, signal));
  const { refresh: readArm } = arm;
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current !== undefined && seen.current !== revision) void readArm();
    seen.current = revision;
  }, [revision, readArm]);
  const status = statusQuery.data;
  const missing = statusQuery.error instanceof ApiError && statusQuery.error.status === 404;
  const value = useMemo<HubPage | null>(
    () => (status && id ? { name: status.name, id, path, status, statusQuery, arm } : null),
    [status, id, path, statusQuery, arm],
  );
  if (missing || (!status && statusQuery.error))
    return <Gone name={name} error={statusQuery.error} retry={() => void statusQuery.refresh()} />;
  if (!value) return <Loading label={`Loading ${name}`} />;
  return (
    <HubProvider value={value}>
      <div className={styles.frame}>
        <HubMenu path={path} />
        <SmallMenu path={path} />
        <div className={styles.pane}>
          <Suspense fallback={<Loading />}>
            <Routes>
              {panes.map((pane) => (
                <Route
                  key={pane.path}
                  path={pane.wildcard ? `${pane.path}/*` : pane.path}
                  element={<pane.page />}
                />
              ))}
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </div>
      </div>
    </HubProvider>
  );
}
