// Can I fail over now, what would I lose, how long will it take? And: what did it do?
import { useState } from 'react';

import { getOperation, listFailovers, startFailover } from '../api/control';
import type { FailoverOperation } from '../api/types';
import { useQuery } from '../api/useQuery';
import { WarningRegular, ArrowSwapRegular, InfoRegular } from '../components/icons';
import {
  Banner,
  Countdown,
  QueryError,
  Section,
  useNow,
} from '../components/parts';
import { track } from '../shell/notifications';
import { useHub } from './context';
import { ForcedDrawer, PlannedDrawer, Runbook } from './failover/Drawers';
import { History } from './failover/History';
import { Locations } from './failover/Locations';
import { Report, Running } from './failover/Report';
import { Settings } from './failover/Settings';
import { Verdicts } from './failover/Verdicts';
import { TroubleBanners } from './HubBanners';
import { HubPane } from './HubPane';
import { displayName, forcedCommand, isRunning, plannedCommand } from './logic/failover';

const RUNNING_EVERY_MS = 500;
const RECENT_MS = 15 * 60_000;

/** The running one as fresh as it gets; of the others, what the hub's status says. */
function useLast(): FailoverOperation | null {
  const { status } = useHub();
  const last = status.lastFailover;
  const running = isRunning(last);
  const live = useQuery(
    running ? `operation ${last!.id}` : null,
    (signal) => getOperation<FailoverOperation>(last!.id, signal),
    { every: RUNNING_EVERY_MS },
  );
  return running ? (live.data ?? last) : last;
}

function Ended({ last, now }: { last: FailoverOperation; now: number }) {
  if (!last.endedAt || now - Date.parse(last.endedAt) > RECENT_MS) return null;
  if (last.status.toLowerCase() === 'succeeded')
    return (
      <Banner intent="success" title="Failover complete">
        {' '}
        The hub is running in {last.toDisplayName}.
      </Banner>
    );
  return (
    <Banner intent="error" title="The last failover failed">
      {' '}
      {last.error?.message} The hub stayed in {last.fromDisplayName}.
    </Banner>
  );
}

export default function FailoverPane() {
  const { status, statusQuery, arm, name } = useHub();
  const [drawer, setDrawer] = useState<'planned' | 'forced' | 'runbook' | null>(null);
  const now = useNow();
  const last = useLast();
  const running = isRunning(last);
  // Asked for again when one begins, ends, or its report becomes exact.
  const revision = `${last?.id} ${last?.status} ${last?.report?.exact}`;
  const history = useQuery(`failovers ${name} ${revision}`, (signal) =>
    listFailovers(name, signal),
  );
  const past = history.data ?? (last ? [last] : []);
  const planned = plannedCommand(status, now);
  const forced = forcedCommand(status);

  const start = async (force: boolean) => {
    const to = displayName(status, status.failoverRegion);
    const tracked = await track({
      title: `Failing over '${name}' to ${to}`,
      done: `Failed over '${name}' to ${to}`,
      link: `/hubs/${encodeURIComponent(name)}/failover`,
      start: () => startFailover(name, force),
    });
    setDrawer(null);
    await statusQuery.refresh();
    void tracked.finished.then(() => Promise.all([statusQuery.refresh(), arm.refresh()]));
  };

  return (
    <>
      <HubPane
        title="Failover"
        commands={[
          {
            key: 'start',
            text: 'Start failover',
            icon: <ArrowSwapRegular />,
            onClick: () => setDrawer('planned'),
            disabled: !planned.enabled,
            why: planned.reason ?? undefined,
          },
          {
            key: 'force',
            text: 'Force failover',
            icon: <WarningRegular />,
            onClick: () => setDrawer('forced'),
            disabled: !forced.enabled,
            why: forced.reason ?? undefined,
          },
          {
            key: 'runbook',
            text: 'Runbook',
            icon: <InfoRegular />,
            divider: true,
            onClick: () => setDrawer('runbook'),
          },
        ]}
        onRefresh={() => Promise.all([statusQuery.refresh(), history.refresh()])}
      >
        <QueryError of={statusQuery} />
        <TroubleBanners onFailover />
        {running && last && <Running operation={last} />}
        {!running && last && status.serving && <Ended last={last} now={now} />}
        {!running && planned.until && (
          <Banner
            intent="warning"
            title={`A planned ${status.failoverRegion === status.location ? 'failback' : 'failover'} is not allowed yet.`}
          >
            {' '}
            {planned.reason} That is in <Countdown until={planned.until} />. The limit can be lifted
            under Settings, on this page.
          </Banner>
        )}
        {!running && (
          <Section title="Can I fail over now?">
            <Verdicts
              hub={status}
              history={past}
              onPlanned={() => setDrawer('planned')}
              onForced={() => setDrawer('forced')}
            />
          </Section>
        )}
        <Locations hub={status} />
        {!running && last && (
          <Section title="Last failover">
            <Report operation={past.find((one) => one.id === last.id) ?? last} brief />
          </Section>
        )}
        <Section title="History">
          <QueryError of={history} />
          {(history.data || !history.error) && <History past={past} />}
        </Section>
        <Section title="Settings">
          <Settings hub={status} onSaved={statusQuery.refresh} />
        </Section>
      </HubPane>
      <PlannedDrawer
        open={drawer === 'planned'}
        hub={status}
        history={past}
        onClose={() => setDrawer(null)}
        onConfirm={() => start(false)}
      />
      <ForcedDrawer
        open={drawer === 'forced'}
        hub={status}
        history={past}
        onClose={() => setDrawer(null)}
        onConfirm={() => start(true)}
      />
      <Runbook open={drawer === 'runbook'} onClose={() => setDrawer(null)} />
    </>
  );
}
