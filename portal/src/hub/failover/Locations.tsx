// Where the hub lives now, where it would go, and how well the two are joined.
import { makeStyles, tokens } from '@fluentui/react-components';

import type { HubRegion, HubStatus } from '../../api/types';
import { bytes, count, duration } from '../../components/format';
import { ArrowSwapRegular } from '../../components/icons';
import { Essentials, StateText, type Fact } from '../../components/parts';
import type { Tone } from '../../components/state';
import { displayName, ownerOf, pairOf } from '../logic/failover';

const useStyles = makeStyles({
  pair: {
    display: 'grid',
    gridTemplateColumns: '1fr auto 1fr',
    gap: '16px',
    alignItems: 'center',
    '@media (max-width: 860px)': { gridTemplateColumns: '1fr' },
  },
  card: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: '12px 16px',
    minWidth: 0,
    alignSelf: 'stretch',
  },
  label: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  name: {
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    marginBottom: '8px',
  },
  arrow: {
    fontSize: '24px',
    lineHeight: 0,
    color: tokens.colorNeutralForeground3,
    justifySelf: 'center',
    '@media (max-width: 860px)': { transform: 'rotate(90deg)' },
  },
});

const roleWords: Record<string, { tone: Tone; text: string }> = {
  serving: { tone: 'good', text: 'Serving' },
  following: { tone: 'good', text: 'Following' },
  draining: { tone: 'busy', text: 'Handing over: copying the rest' },
  'handing-over': { tone: 'busy', text: 'Handing over' },
  campaigning: { tone: 'busy', text: 'Asking for the lease' },
  fenced: { tone: 'bad', text: 'Fenced: its lease has run out' },
  unreachable: { tone: 'bad', text: 'Unreachable' },
  unknown: { tone: 'bad', text: 'Not heard of' },
};

function roleFact(region: HubRegion): Fact {
  const word = roleWords[region.role] ?? { tone: 'idle' as Tone, text: region.role };
  const last =
    region.role === 'unreachable' && region.reportedSecondsAgo !== undefined
      ? `, last heard ${duration(Math.round(region.reportedSecondsAgo))} ago`
      : '';
  return {
    label: 'Role',
    value: (
      <StateText tone={word.tone}>
        {word.text}
        {last}
      </StateText>
    ),
  };
}

/** Of a silent owner only what it had not copied matters, and that it is old. */
function silentFacts(region: HubRegion): Fact[] {
  const facts = [roleFact(region)];
  if (region.lagRecords !== undefined)
    facts.push({
      label: 'Not yet copied',
      value: `${lagText(region)}, as of ${duration(Math.round(region.reportedSecondsAgo ?? 0))} ago`,
    });
  return facts;
}

function lagText(region: HubRegion): string {
  if (!region.lagRecords) return 'Nothing';
  return (
    `${count(region.lagRecords)} records, ${bytes(region.lagBytes ?? 0)}, ` +
    `${duration(region.lagSeconds ?? 0)}`
  );
}

function ownerFacts(region: HubRegion, hub: HubStatus): Fact[] {
  if (!region.connected) return silentFacts(region);
  const facts = [roleFact(region)];
  if (region.leaseSeconds !== undefined)
    facts.push({
      label: 'Lease',
      value:
        region.leaseSeconds > 0
          ? `Held, epoch ${region.epoch}`
          : `Run out, epoch ${region.epoch}`,
    });
  if (region.pairConnected !== undefined)
    facts.push({
      label: 'Link to the pair',
      value: (
        <StateText tone={region.pairConnected ? 'good' : 'bad'}>
          {region.pairConnected ? 'Connected' : 'Not connected'}
        </StateText>
      ),
    });
  if (region.lagRecords !== undefined)
    facts.push({ label: 'Not yet copied', value: lagText(region) });
  if (region.connectedDevices !== undefined)
    facts.push({ label: 'Devices connected', value: count(region.connectedDevices) });
  if (hub.goal === 'region-sync')
    facts.push({
      label: 'Synchrony',
      value: hub.syncSuspended ? (
        <StateText tone="warn">Suspended until the pair has caught up</StateText>
      ) : (
        <StateText tone="good">Every acknowledgement waits for both regions</StateText>
      ),
    });
  return facts;
}

function pairFacts(region: HubRegion): Fact[] {
  const facts = [roleFact(region)];
  if (!region.connected) return facts;
  if (region.epoch !== undefined) facts.push({ label: 'Epoch', value: String(region.epoch) });
  if (region.catchingUp !== undefined)
    facts.push({
      label: 'Copy',
      value: region.catchingUp ? (
        <StateText tone="warn">Catching up: not complete</StateText>
      ) : (
        <StateText tone="good">Complete: ready</StateText>
      ),
    });
  return facts;
}

export function Locations({ hub }: { hub: HubStatus }) {
  const styles = useStyles();
  const owner = ownerOf(hub);
  const pair = pairOf(hub);
  return (
    <div className={styles.pair}>
      <section className={styles.card} aria-label="Current location">
        <div className={styles.label}>Current location</div>
        <div className={styles.name}>{displayName(hub, hub.owner)}</div>
        {owner && <Essentials facts={ownerFacts(owner, hub)} />}
      </section>
      <span className={styles.arrow} aria-hidden>
        <ArrowSwapRegular />
      </span>
      <section className={styles.card} aria-label="Failover location">
        <div className={styles.label}>Failover location</div>
        <div className={styles.name}>{displayName(hub, hub.failoverRegion)}</div>
        {pair ? (
          <Essentials facts={pairFacts(pair)} />
        ) : (
          'The hub was created in a region without a pair.'
        )}
      </section>
    </div>
  );
}
