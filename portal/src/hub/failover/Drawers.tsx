// What is said before a failover is confirmed with the hub's name; and the runbook.
import { makeStyles, tokens } from '@fluentui/react-components';

import type { FailoverOperation, HubStatus } from '../../api/types';
import { duration } from '../../components/format';
import { Banner, useNow } from '../../components/parts';
import { ConfirmPane } from '../../components/FormPane';
import { SidePane } from '../../components/SidePane';
import {
  displayName,
  forcedAnswers,
  forcedCommand,
  isFailback,
  leftToday,
  pauseSeconds,
  plannedAnswers,
  plannedCommand,
} from '../logic/failover';
import { median } from '../logic/words';
import { AnswerList, RiskTable } from './Verdicts';

const useStyles = makeStyles({
  list: { margin: 0, paddingLeft: '20px', display: 'flex', flexDirection: 'column', gap: '6px' },
  paragraph: { margin: 0 },
  title: { margin: '4px 0 0', fontSize: tokens.fontSizeBase300 },
});

interface Props {
  open: boolean;
  hub: HubStatus;
  history: FailoverOperation[];
  onClose: () => void;
  onConfirm: () => Promise<void>;
}

export function PlannedDrawer({ open, hub, history, onClose, onConfirm }: Props) {
  const styles = useStyles();
  const now = useNow();
  const from = displayName(hub, hub.owner);
  const to = displayName(hub, hub.failoverRegion);
  const left = leftToday(hub, history, now);
  const pauses = history
    .filter((one) => one.failover === 'planned')
    .map((one) => pauseSeconds(one.steps))
    .filter((one) => one !== null);
  const pause = median(pauses.slice(0, 10));
  return (
    <ConfirmPane
      open={open}
      title={isFailback(hub) ? 'Confirm failback' : 'Confirm failover'}
      confirmWith={hub.name}
      confirmLabel="IoT hub name"
      submit="Failover"
      onConfirm={onConfirm}
      onClose={onClose}
      disabled={!plannedCommand(hub, now).enabled}
    >
      <p className={styles.paragraph}>
        The hub moves from <strong>{from}</strong> to <strong>{to}</strong>.
      </p>
      <AnswerList answers={plannedAnswers(hub, history, now)} />
      <ul className={styles.list}>
        <li>
          New work is held back while {to} takes over
          {pause !== null && ` (about ${duration(pause)} on this hub)`}. Then connections close, and
          devices and readers connect again by themselves, under the same host name.
        </li>
        <li>
          If {to} does not confirm everything within seconds, the failover fails and {from} serves
          on.
        </li>
        <li>
          Event readers go on at their offsets; a message that was under way can arrive twice.
        </li>
        {left && (
          <li>
            It counts: {left.left} of {left.of} {left.what} are left today (UTC)
            {hub.failoverLimits.minimumIntervalSeconds > 0 &&
              `, and the next one can start ${duration(
                hub.failoverLimits.minimumIntervalSeconds,
              )} after this one has ended`}
            .
          </li>
        )}
      </ul>
    </ConfirmPane>
  );
}

export function ForcedDrawer({ open, hub, history, onClose, onConfirm }: Props) {
  const styles = useStyles();
  const now = useNow();
  const from = displayName(hub, hub.owner);
  const to = displayName(hub, hub.failoverRegion);
  return (
    <ConfirmPane
      open={open}
      title="Confirm forced failover"
      confirmWith={hub.name}
      confirmLabel="IoT hub name"
      submit="Force failover"
      onConfirm={onConfirm}
      onClose={onClose}
      disabled={!forcedCommand(hub).enabled}
    >
      {plannedCommand(hub, now).enabled && (
        <Banner intent="warning" title="A planned failover is possible now and loses nothing.">
          {' '}
          Force one only if it has failed.
        </Banner>
      )}
      <p className={styles.paragraph}>
        <strong>{to}</strong> takes over from <strong>{from}</strong> without asking it.
      </p>
      <AnswerList answers={forcedAnswers(hub, history)} />
      <RiskTable hub={hub} />
      <ul className={styles.list}>
        <li>
          What {from} has acknowledged and {to} does not have is served no more. It stays on {from}
          's disk; when that region is back it goes into a salvage file, which nobody merges for
          you.
        </li>
        <li>
          {to} gets the lease, with the witness's vote, when {from}'s has run out: a few seconds in
          which nobody is served.
        </li>
        <li>
          Device changes that are lost come back as they were: a deleted device may exist again, a
          key may be the old one.
        </li>
      </ul>
    </ConfirmPane>
  );
}

export function Runbook({ open, onClose }: { open: boolean; onClose: () => void }) {
  const styles = useStyles();
  return (
    <SidePane open={open} title="Runbook: planned or forced?" onClose={onClose}>
      <h3 className={styles.title}>Both regions are connected</h3>
      <p className={styles.paragraph}>
        Planned. For maintenance, a drill, or a region that is about to fail. The owner hands over;
        nothing is lost. If it cannot hand over within seconds it serves on, and the report says
        why.
      </p>
      <h3 className={styles.title}>The current location is lost</h3>
      <p className={styles.paragraph}>
        Look at what is at risk. If the region will be back soon with its disks, and waiting costs
        less than losing that: wait. If not: forced. It takes a few seconds, until the lost region's
        lease has run out.
      </p>
      <h3 className={styles.title}>The link between the regions is broken</h3>
      <p className={styles.paragraph}>
        The owner serves on, and what is at risk grows with each message. Mend the link first. A
        forced failover now loses everything that was acknowledged since the link broke.
      </p>
      <h3 className={styles.title}>The failover location is lost</h3>
      <p className={styles.paragraph}>
        Nothing to do for the hub: it serves. With the goal region-sync nothing is acknowledged
        until the pair is back; set region-async to go on without it, knowing that a second loss
        then loses data.
      </p>
      <h3 className={styles.title}>Afterwards</h3>
      <ul className={styles.list}>
        <li>The old owner returns as follower by itself; its copy catches up.</li>
        <li>
          The report of a forced failover becomes exact then. Salvage files hold what was lost.
        </li>
        <li>Fail back with a planned failover, when the limits allow it.</li>
      </ul>
      <h3 className={styles.title}>At the command line</h3>
      <p className={styles.paragraph}>
        <code>tandem failover HUB</code>, <code>tandem failover HUB --forced</code>,{' '}
        <code>az iot hub manual-failover -n HUB</code>.
      </p>
    </SidePane>
  );
}
