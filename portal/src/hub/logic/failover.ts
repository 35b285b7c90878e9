// Can I fail over now, what would I lose, how long will it take? Answered from the hub's status
// and its history alone. The server decides in the end; this says beforehand what it will say.
import type { AtRisk, FailoverOperation, HubRegion, HubStatus, Step } from '../../api/types';
import { duration, plural } from '../../components/format';
import type { Tone } from '../../components/state';
import { countdown, median, utc } from './words';

const MEASURED_MAX = 10;

/** The words that operators use for what the records are. */
const kindTitles: Record<string, string> = {
  telemetry: 'Telemetry messages',
  identities: 'Device identity changes',
  twins: 'Twin changes',
  sessions: 'MQTT session changes',
  other: 'Other records',
  all: 'Records of any kind',
};
export const kindTitle = (kind: string) => kindTitles[kind] ?? kind;

export function isRunning(operation: FailoverOperation | null | undefined): boolean {
  return (
    !!operation && !['succeeded', 'failed', 'canceled'].includes(operation.status.toLowerCase())
  );
}

export function ownerOf(hub: HubStatus): HubRegion | undefined {
  return hub.regions.find((one) => one.region === hub.owner);
}
export function pairOf(hub: HubStatus): HubRegion | undefined {
  return hub.regions.find((one) => one.region === hub.failoverRegion);
}
export function displayName(hub: HubStatus, region: string | null): string {
  if (!region) return 'None';
  return hub.regions.find((one) => one.region === region)?.displayName ?? region;
}

/** A failback goes to where the hub was created. */
export const isFailback = (hub: HubStatus) => hub.failoverRegion === hub.location;

export interface Timing {
  seconds: number;
  count: number;
}

/** Median of the last successful ones of a kind, from request to completion. */
export function measuredSeconds(history: FailoverOperation[], forced: boolean): Timing | null {
  const seconds = history
    .filter((one) => one.status.toLowerCase() === 'succeeded' && one.seconds !== undefined)
    .filter((one) => (forced ? one.failover !== 'planned' : one.failover === 'planned'))
    .slice(0, MEASURED_MAX)
    .map((one) => one.seconds!);
  const middle = median(seconds);
  return middle === null ? null : { seconds: middle, count: seconds.length };
}

/** The time in which nobody was served, where the steps tell. */
export function pauseSeconds(steps: Step[] | undefined): number | null {
  const at = (name: string) => {
    const step = steps?.find((one) => one.name === name);
    return step?.at ? Date.parse(step.at) : NaN;
  };
  const span = (at('promoted') - at('admission-stopped')) / 1000;
  return Number.isFinite(span) && span >= 0 ? span : null;
}

export interface Risk {
  rows: { kind: string; records: number; seconds: number }[];
  records: number;
  seconds: number;
  bytes: number | null;
  /** By data type; an older server only tells the total. */
  byKind: boolean;
  /** Set when the owner is silent: the numbers are what it said last. */
  asOfSecondsAgo: number | null;
  unknown: boolean;
}

export function riskOf(hub: HubStatus): Risk {
  const owner = ownerOf(hub);
  const stale = owner && !owner.connected ? (owner.reportedSecondsAgo ?? 0) : null;
  // Null, or not there at all: then the lag of all kinds together is what is known.
  const kinds: AtRisk[] | null = hub.atRisk ?? null;
  const total = hub.atRiskTotal ?? {
    records: kinds ? kinds.reduce((sum, one) => sum + one.records, 0) : (owner?.lagRecords ?? 0),
    seconds: kinds
      ? kinds.reduce((most, one) => Math.max(most, one.seconds), 0)
      : (owner?.lagSeconds ?? 0),
    bytes: owner?.lagBytes ?? 0,
  };
  const together = total.records > 0 ? [{ ...total, kind: 'all' }] : [];
  return {
    rows: kinds ? kinds.filter((one) => one.records > 0) : together,
    records: total.records,
    seconds: total.seconds,
    bytes: total.bytes ?? null,
    byKind: kinds !== null,
    asOfSecondsAgo: stale,
    unknown: kinds === null && owner?.lagRecords === undefined,
  };
}

export interface Command {
  enabled: boolean;
  /** Why not; shown beside the button and read out with it. */
  reason: string | null;
  /** When it will be possible again, where a limit says so. */
  until: string | null;
}

const yes: Command = { enabled: true, reason: null, until: null };
const no = (reason: string, until: string | null = null): Command => ({
  enabled: false,
  reason,
  until,
});

/** What stops both kinds. */
function stopsBoth(hub: HubStatus): Command | null {
  const pair = pairOf(hub);
  if (!hub.failoverRegion) return no('This hub has no paired region, so it cannot fail over.');
  if (isRunning(hub.lastFailover)) return no('A failover of this hub is running.');
  if (hub.state !== 'Active') return no(`The hub's state is ${hub.state}. It must be Active.`);
  if (pair && !pair.connected)
    return no(`${pair.displayName} cannot be reached. There is nothing to fail over to now.`);
  return null;
}

export function plannedCommand(hub: HubStatus, nowMs: number): Command {
  const stopped = stopsBoth(hub);
  if (stopped) return stopped;
  const owner = ownerOf(hub);
  const pair = pairOf(hub);
  if (owner && !owner.connected)
    return no(
      `${owner.displayName} cannot be reached` +
        (owner.reportedSecondsAgo !== undefined
          ? ` (last heard ${duration(Math.round(owner.reportedSecondsAgo))} ago)`
          : '') +
        '. Only a forced failover is possible.',
    );
  if (owner?.pairConnected === false)
    return no(
      `${owner.displayName} and ${pair?.displayName ?? 'its pair'} do not reach each other, so ` +
        'what is in one cannot be brought to the other first.',
    );
  const limits = hub.failoverLimits;
  if (limits.nextAllowedAt && countdown(limits.nextAllowedAt, nowMs))
    return no(
      `${limits.reason ?? 'A limit applies.'} The next one can start at ` +
        `${utc(limits.nextAllowedAt)}.`,
      limits.nextAllowedAt,
    );
  if (pair?.catchingUp)
    return no(`${pair.displayName} is still copying the hub. Wait until it follows.`);
  return yes;
}

export function forcedCommand(hub: HubStatus): Command {
  const stopped = stopsBoth(hub);
  if (stopped) return stopped;
  const pair = pairOf(hub);
  if (pair?.catchingUp)
    return no(`${pair.displayName}'s copy is not complete; it cannot take over.`);
  return yes;
}

/** "1 of 2 left today": planned ones in the hub's present direction, in this UTC day. */
export function leftToday(
  hub: HubStatus,
  history: FailoverOperation[],
  nowMs: number,
): { left: number; of: number; what: string } | null {
  const back = isFailback(hub);
  const of = back ? hub.failoverLimits.failbacksPerDay : hub.failoverLimits.failoversPerDay;
  if (of <= 0) return null;
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const used = history.filter(
    (one) =>
      one.status.toLowerCase() === 'succeeded' &&
      one.failover !== 'automatic' &&
      (one.toRegion === hub.location) === back &&
      one.startedAt?.slice(0, 10) === day,
  ).length;
  return { left: Math.max(0, of - used), of, what: back ? 'failbacks' : 'failovers' };
}

export interface Answer {
  tone: Tone;
  text: string;
}

/** The three questions of an operator, for one kind of failover. */
export interface Answers {
  possible: Answer;
  loses: Answer;
  takes: string;
}

const takes = (timing: Timing | null): string | null =>
  timing &&
  `About ${duration(timing.seconds)} (` +
    (timing.count === 1 ? 'the last one' : `median of the last ${timing.count}`) +
    ')';

const refused = (command: Command): Answer => ({ tone: 'bad', text: `No. ${command.reason}` });

export function plannedAnswers(
  hub: HubStatus,
  history: FailoverOperation[],
  nowMs: number,
): Answers {
  const command = plannedCommand(hub, nowMs);
  const possible: Answer = command.enabled
    ? { tone: 'good', text: 'Yes' }
    : command.until
      ? { tone: 'warn', text: `Not before ${utc(command.until)}` }
      : refused(command);
  return {
    possible,
    loses: { tone: 'good', text: 'Nothing' },
    takes: takes(measuredSeconds(history, false)) ?? 'Not measured on this hub yet',
  };
}

function forcedLoss(risk: Risk): Answer {
  if (risk.unknown)
    return {
      tone: 'bad',
      text: 'Not known: the owner has not reported since the management plane started',
    };
  const since =
    risk.asOfSecondsAgo !== null
      ? `, as of ${duration(Math.round(risk.asOfSecondsAgo))} ago. What the owner accepted after ` +
        'that is not counted'
      : '';
  if (risk.records === 0)
    return {
      tone: risk.asOfSecondsAgo === null ? 'good' : 'warn',
      text: `Nothing that was acknowledged${since}`,
    };
  return {
    tone: 'warn',
    text: `Up to the last ${duration(risk.seconds)}: ${plural(risk.records, 'record')}${since}`,
  };
}

export function forcedAnswers(hub: HubStatus, history: FailoverOperation[]): Answers {
  const command = forcedCommand(hub);
  const owner = ownerOf(hub);
  const lease = owner?.connected ? Math.ceil(owner.leaseSeconds ?? 0) : 0;
  const unmeasured =
    'Not measured on this hub yet' +
    (lease > 0 ? `; the owner's lease has to run out first, which takes ${lease}\u00a0s at most` : '');
  return {
    possible: command.enabled ? { tone: 'good', text: 'Yes' } : refused(command),
    loses: forcedLoss(riskOf(hub)),
    takes: takes(measuredSeconds(history, true)) ?? unmeasured,
  };
}

const plannedSteps = [
  'requested',
  'admission-stopped',
  'drained',
  'handed-over',
  'votes-released',
  'votes-granted',
  'promoted',
  'completed',
];
const forcedSteps = ['requested-forced', 'votes-asked', 'votes-granted', 'promoted', 'completed'];

export function stepTitle(name: string, from: string, to: string): string {
  const titles: Record<string, string> = {
    requested: 'Rules checked, order sent',
    'requested-forced': 'Forced failover ordered',
    'owner-unreachable': `${from} cannot be reached: going on as forced`,
    'admission-stopped': `${from} holds new work back; connections stay open`,
    drained: `Everything is durable in ${to}`,
    'handed-over': `${to} has confirmed the end of every partition`,
    'votes-released': `${from} has given up the lease and closed its connections`,
    'votes-asked': `${to} asks for the lease`,
    'votes-granted': `A majority has granted the lease to ${to}`,
    promoted: `${to} serves the hub`,
    completed: 'Recorded; locations flipped',
  };
  return titles[name] ?? name;
}

export interface ShownStep {
  name: string;
  title: string;
  at: string | null;
  /** Seconds since the first step. */
  offset: number | null;
  state: 'done' | 'running' | 'waiting';
}

/** The steps that were, and while it runs the ones that are expected. */
export function shownSteps(operation: FailoverOperation): ShownStep[] {
  const done = operation.steps ?? [];
  const from = operation.fromDisplayName ?? operation.fromRegion ?? 'the owner';
  const to = operation.toDisplayName ?? operation.toRegion ?? 'the pair';
  const first = done[0]?.at ? Date.parse(done[0].at) : NaN;
  const shown: ShownStep[] = done.map((step) => {
    const offset = step.at ? (Date.parse(step.at) - first) / 1000 : NaN;
    return {
      name: step.name,
      title: stepTitle(step.name, from, to),
      at: step.at,
      offset: Number.isFinite(offset) ? Math.max(0, offset) : null,
      state: 'done',
    };
  });
  if (!isRunning(operation)) return shown;
  const forced = done.some((one) => ['requested-forced', 'owner-unreachable'].includes(one.name));
  const expected = (forced ? forcedSteps : plannedSteps).filter(
    (name) => !(forced && name === 'requested-forced'),
  );
  const seen = new Set(done.map((one) => one.name));
  const last = Math.max(-1, ...expected.map((name, i) => (seen.has(name) ? i : -1)));
  expected.forEach((name, i) => {
    if (seen.has(name) || i < last) return;
    shown.push({
      name,
      title: stepTitle(name, from, to),
      at: null,
      offset: null,
      state: i === last + 1 ? 'running' : 'waiting',
    });
  });
  return shown;
}

/** A share of the way, for the progress bar. */
export function progressOf(operation: FailoverOperation): number {
  const steps = shownSteps(operation);
  return steps.length === 0 ? 0 : steps.filter((one) => one.state === 'done').length / steps.length;
}

/** What the history's "lost" column says. */
export function lostText(operation: FailoverOperation): string {
  const report = operation.report;
  if (operation.status.toLowerCase() === 'failed') return '–';
  if (!report) return isRunning(operation) ? '' : 'no report yet';
  if (report.exact)
    return report.lostRecords === 0 ? 'nothing' : plural(report.lostRecords, 'record');
  return report.lostRecords === 0
    ? 'not known yet'
    : `at least ${plural(report.lostRecords, 'record')}`;
}

export const partitionName = (partition: number) =>
  partition === 65535 ? 'Hub settings' : String(partition);

/** "nothing", "at least 3 records", and how sure that is. */
export function lossText(operation: FailoverOperation): string {
  const { report } = operation;
  if (!report || report.exact) return lostText(operation);
  return (
    `${lostText(operation)}. Exact when ${operation.fromDisplayName} is back and has said where ` +
    'its log ended'
  );
}
