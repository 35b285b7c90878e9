// Message routing: which message goes to which endpoint, and how the endpoints fare.
import { Button, Switch, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';

import type { HubProperties, Route } from '../api/types';
import { useQuery } from '../api/useQuery';
import { AddRegular, BranchForkRegular, PlayRegular } from '../components/icons';
import {
  EmptyState,
  ErrorBar,
  QueryError,
  Section,
  StateText,
  Time,
} from '../components/parts';
import type { Tone } from '../components/state';
import { useHub } from './context';
import { HubPane } from './HubPane';
import { endpointsOf, sourceTitle } from './logic/routing';
import { Confirm } from './parts/Confirm';
import { RowButton, Table } from '../components/Table';
import { useAction } from '../components/useAction';
import { changeHub, listEndpointHealth } from './requests';
import { RouteForm } from './routing/RouteForm';
import { TestRoutes } from './routing/TestRoutes';

const EVERY_MS = 10_000;
const FALLBACK = '$fallback'; // no route has such a name

const useStyles = makeStyles({
  condition: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  row: { display: 'flex', gap: '4px' },
});

type Routing = NonNullable<HubProperties['routing']>;

const healthTones: Record<string, Tone> = {
  healthy: 'good',
  degraded: 'warn',
  unhealthy: 'bad',
  dead: 'bad',
  unknown: 'idle',
};
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

export default function RoutingPane() {
  const styles = useStyles();
  const { id, arm } = useHub();
  const health = useQuery(`endpoint health ${id}`, (signal) => listEndpointHealth(id, signal), {
    every: EVERY_MS,
  });
  const [form, setForm] = useState<{ route: Route | null } | null>(null);
  const [test, setTest] = useState<{ chosen: string | null } | null>(null);
  const [deleting, setDeleting] = useState<string | null>(null);
  // A switch stands where it was put while the hub is being told; where it really is, after that.
  const [wish, setWish] = useState<{ route: string; on: boolean } | null>(null);
  const action = useAction();
  const routing = arm.data?.properties.routing;
  const routes = routing?.routes ?? [];
  const endpoints = endpointsOf(routing);
  const names = ['events', ...endpoints.map((one) => one.name)];
  const fallback = routing?.fallbackRoute;

  const change = async (make: (routing: Routing) => Routing) => {
    await changeHub(id, (hub) => ({
      properties: { routing: make(hub.properties.routing ?? {}) },
    }));
    await arm.refresh();
  };
  const changeRoutes = (make: (routes: Route[]) => Route[]) =>
    change((now) => ({ ...now, routes: make(now.routes ?? []) }));
  const put = (route: Route) =>
    changeRoutes((all) =>
      all.some((one) => one.name === route.name)
        ? all.map((one) => (one.name === route.name ? route : one))
        : [...all, route],
    );
  const turn = async (route: string, on: boolean, work: () => Promise<void>) => {
    setWish({ route, on });
    await action.run(work);
    setWish(null);
  };
  const isOn = (route: string, known: boolean) => (wish?.route === route ? wish.on : known);
  const healthOf = (endpoint: string) =>
    health.data?.find((one) => one.endpointId.toLowerCase() === endpoint.toLowerCase());

  return (
    <>
      <HubPane
        title="Message routing"
        commands={[
          {
            key: 'add',
            text: 'Add route',
            icon: <AddRegular />,
            onClick: () => setForm({ route: null }),
            disabled: !routing,
          },
          {
            key: 'test',
            text: 'Test routes',
            icon: <PlayRegular />,
            onClick: () => setTest({ chosen: null }),
            disabled: !routing,
          },
        ]}
        of={arm}
        onRefresh={() => Promise.all([arm.refresh(), health.refresh()])}
      >
        <ErrorBar error={action.error} />
        {routing && (
          <>
            <Section title="Routes">
              {routes.length === 0 ? (
                <EmptyState title="No routes" icon={<BranchForkRegular />}>
                  Telemetry goes to the built-in endpoint.
                  <Button appearance="primary" onClick={() => setForm({ route: null })}>
                    Add route
                  </Button>
                </EmptyState>
              ) : (
                <Table<Route>
                  label="Routes"
                  rows={routes}
                  rowKey={(row) => row.name}
                  columns={[
                    { key: 'name', title: 'Name', render: (row) => row.name },
                    { key: 'source', title: 'Source', render: (row) => sourceTitle(row.source) },
                    {
                      key: 'condition',
                      title: 'Condition',
                      render: (row) => (
                        <span className={styles.condition}>{row.condition || 'true'}</span>
                      ),
                    },
                    {
                      key: 'endpoint',
                      title: 'Endpoint',
                      render: (row) => row.endpointNames.join(', '),
                    },
                    {
                      key: 'enabled',
                      title: 'Enabled',
                      render: (row) => (
                        <Switch
                          aria-label={`Route ${row.name} is enabled`}
                          checked={isOn(row.name, row.isEnabled)}
                          disabled={action.busy}
                          onChange={(_, { checked }) =>
                            void turn(row.name, checked, () => put({ ...row, isEnabled: checked }))
                          }
                        />
                      ),
                    },
                    {
                      key: 'actions',
                      title: 'Actions',
                      kind: 'actions',
                      render: (row) => (
                        <span className={styles.row}>
                          <RowButton
                            text="Edit"
                            row={row.name}
                            onClick={() => setForm({ route: row })}
                          />
                          <RowButton
                            text="Test"
                            row={row.name}
                            onClick={() => setTest({ chosen: row.name })}
                          />
                          <RowButton
                            text="Delete"
                            row={row.name}
                            onClick={() => setDeleting(row.name)}
                          />
                        </span>
                      ),
                    },
                  ]}
                />
              )}
              {fallback && (
                <Switch
                  label="Fallback route: what no route takes goes to the built-in endpoint"
                  checked={isOn(FALLBACK, fallback.isEnabled)}
                  disabled={action.busy}
                  onChange={(_, { checked }) =>
                    void turn(FALLBACK, checked, () =>
                      change((now) => ({
                        ...now,
                        fallbackRoute: { ...(now.fallbackRoute ?? fallback), isEnabled: checked },
                      })),
                    )
                  }
                />
              )}
            </Section>
            <Section title="Endpoints">
              <QueryError of={health} />
              <Table
                label="Endpoints"
                rows={[{ name: 'events', type: 'Built-in endpoint', detail: '' }, ...endpoints]}
                rowKey={(row) => row.name}
                columns={[
                  { key: 'name', title: 'Name', render: (row) => row.name },
                  { key: 'type', title: 'Type', render: (row) => row.type },
                  { key: 'detail', title: 'Detail', render: (row) => row.detail || '–' },
                  {
                    key: 'health',
                    title: 'Health',
                    render: (row) => {
                      const found = healthOf(row.name);
                      if (!found) return <StateText tone="idle">Unknown</StateText>;
                      const status = found.healthStatus.toLowerCase();
                      return (
                        <StateText tone={healthTones[status] ?? 'idle'}>
                          {capital(status)}
                        </StateText>
                      );
                    },
                  },
                  {
                    key: 'sent',
                    title: 'Last sent',
                    render: (row) => (
                      <Time at={healthOf(row.name)?.lastSuccessfulSendAttemptTime} />
                    ),
                  },
                  {
                    key: 'error',
                    title: 'Last error',
                    render: (row) => healthOf(row.name)?.lastKnownError ?? '–',
                  },
                ]}
              />
            </Section>
          </>
        )}
      </HubPane>
      {form && (
        <RouteForm
          key={form.route?.name ?? ''}
          route={form.route}
          routes={routes}
          endpoints={names}
          onSave={put}
          onClose={() => setForm(null)}
        />
      )}
      {test && (
        <TestRoutes id={id} routes={routes} chosen={test.chosen} onClose={() => setTest(null)} />
      )}
      <Confirm
        open={deleting !== null}
        title="Delete the route?"
        button="Delete"
        onClose={() => setDeleting(null)}
        onConfirm={() => changeRoutes((all) => all.filter((one) => one.name !== deleting))}
      >
        <strong>{deleting}</strong>. What it took goes to the other routes, or to the fallback.
      </Confirm>
    </>
  );
}
