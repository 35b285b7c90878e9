// What an operator must know before anything else about this hub.
import { useHub } from './context';
import { duration } from '../components/format';
import { Banner, Time, To } from '../components/parts';
import { ownerRegion, pairRegion } from '../components/state';
import { isRunning } from './logic/failover';

/** On the pane Failover the answer is below: no way there is shown. */
export function TroubleBanners({ onFailover }: { onFailover?: boolean }) {
  const { status, path } = useHub();
  const owner = ownerRegion(status);
  const pair = pairRegion(status);
  const failover = !onFailover && <To to={`${path}/failover`}>Failover</To>;
  if (isRunning(status.lastFailover)) return null;
  return (
    <>
      {!status.serving && status.state !== 'Activating' && (
        <Banner intent="error" title="No region serves this hub." actions={failover}>
          {owner && !owner.connected
            ? `${owner.displayName} is unreachable. A forced failover brings the hub up in its pair.`
            : 'Devices and services are not answered.'}
        </Banner>
      )}
      {status.serving && pair && !pair.connected && (
        <Banner intent="warning" title="This hub is unprotected." actions={failover}>
          {pair.displayName} is unreachable: there is nothing to fail over to
          {pair.reportedSecondsAgo !== undefined && (
            <> (last heard {duration(Math.round(pair.reportedSecondsAgo))} ago)</>
          )}
          .
        </Banner>
      )}
      {status.serving && pair?.connected && owner?.pairConnected === false && (
        <Banner intent="warning" title="This hub is unprotected." actions={failover}>
          Its two regions do not reach each other: nothing is copied now.
        </Banner>
      )}
      {status.syncSuspended && (
        <Banner intent="warning" title="region-sync is suspended.">
          The hub acknowledges without its pair until the pair has caught up.
        </Banner>
      )}
      {status.serving && owner?.catchingUp && (
        <Banner intent="info" title="The pair is catching up.">
          {pair?.displayName} is {duration(owner.lagSeconds ?? 0)} behind. Until it has caught up,
          a forced failover would lose what it does not have.
        </Banner>
      )}
    </>
  );
}

export function HubBanners() {
  const { status, path } = useHub();
  const last = status.lastFailover;
  const owner = ownerRegion(status);
  const away = status.owner !== status.location;
  const failover = <To to={`${path}/failover`}>Failover</To>;
  if (isRunning(last))
    return (
      <Banner intent="info" title="This hub is in the middle of a manual failover." actions={failover}>
        It moves from {last!.fromDisplayName} to {last!.toDisplayName}, since{' '}
        <Time at={last!.startedAt} />.
      </Banner>
    );
  return (
    <>
      <TroubleBanners />
      {last && /^failed$/i.test(last.status) && (
        <Banner intent="error" title="The last failover failed." actions={failover}>
          {last.error?.message}
        </Banner>
      )}
      {away && status.serving && last && /^succeeded$/i.test(last.status) && (
        <Banner intent="success" title="Failover complete." actions={failover}>
          The IoT hub is running in the paired region, {owner?.displayName ?? status.owner}
          {last.endedAt && (
            <>
              , since <Time at={last.endedAt} />
            </>
          )}
          .
        </Banner>
      )}
    </>
  );
}
