import { describe, expect, it } from 'vitest';
import type { FailoverOperation, HubStatus } from '../../api/types';
import {
  forcedCommand,
  forcedAnswers,
  leftToday,
  lostText,
  measuredSeconds,
  pauseSeconds,
  plannedCommand,
  plannedAnswers,
  progressOf,
  riskOf,
  shownSteps,
} from './failover';

const now = Date.parse('2026-11-21T10:00:00Z');

function hub(changes: Partial<HubStatus> = {}): HubStatus {
  return {
    name: 'demo',
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Devices/IotHubs/demo',
    state: 'Active',
    hostNames: ['demo.azure-devices.net'],
    location: 'westus2',
    owner: 'westus2',
    epoch: 3,
    serving: true,
    syncSuspended: false,
    goal: 'region-async',
    automaticFailover: false,
    partitionCount: 4,
    settingsRevision: 1,
    regions: [
      {
        region: 'westus2',
        displayName: 'West US 2',
        connected: true,
        role: 'serving',
        pairConnected: true,
        lagRecords: 0,
        lagBytes: 0,
        lagSeconds: 0,
        leaseSeconds: 3,
      },
      {
        region: 'westcentralus',
        displayName: 'West Central US',
        connected: true,
        role: 'following',
        pairConnected: true,
      },
    ],
    failoverLimits: {
      minimumIntervalSeconds: 3600,
      failoversPerDay: 2,
      failbacksPerDay: 2,
      nextAllowedAt: null,
      reason: null,
    },
    failoverRegion: 'westcentralus',
    lastFailover: null,
    ...changes,
  };
}

function past(changes: Partial<FailoverOperation> = {}): FailoverOperation {
  return {
    id: '1',
    kind: 'failover',
    hub: 'demo',
    status: 'Succeeded',
    startedAt: '2026-11-21T08:00:00Z',
    endedAt: '2026-11-21T08:00:01Z',
    failover: 'planned',
    fromRegion: 'westus2',
    toRegion: 'westcentralus',
    fromDisplayName: 'West US 2',
    toDisplayName: 'West Central US',
    seconds: 1,
    steps: [],
    report: null,
    ...changes,
  };
}

const ownerSilent = () => {
  const one = hub();
  one.regions[0] = {
    ...one.regions[0]!,
    connected: false,
    role: 'unreachable',
    reportedSecondsAgo: 12,
    lagRecords: 40,
    lagSeconds: 2,
  };
  return one;
};

describe('planned failover', () => {
  it('loses nothing, and says how it knows the time', () => {
    const history = [past({ seconds: 0.4 }), past({ seconds: 0.6 }), past({ seconds: 5 })];
    expect(plannedAnswers(hub(), history, now)).toEqual({
      possible: { tone: 'good', text: 'Yes' },
      loses: { tone: 'good', text: 'Nothing' },
      takes: 'About 600 ms (median of the last 3)',
    });
  });
  it('does not invent a time', () => {
    expect(plannedAnswers(hub(), [], now).takes).toBe('Not measured on this hub yet');
  });
  it('is refused with the time it is possible again', () => {
    const limited = hub({
      failoverLimits: {
        ...hub().failoverLimits,
        nextAllowedAt: '2026-11-21T10:30:00Z',
        reason: "The last failover of IotHub 'demo' ended at 2026-11-21T09:30:00Z.",
      },
    });
    const command = plannedCommand(limited, now);
    expect(command.enabled).toBe(false);
    expect(command.until).toBe('2026-11-21T10:30:00Z');
    const answers = plannedAnswers(limited, [past({ seconds: 2 })], now);
    expect(answers.possible).toEqual({
      tone: 'warn',
      text: 'Not before 2026-11-21 10:30:00 UTC',
    });
    expect(answers.takes).toBe('About 2 s (the last one)');
    expect(plannedCommand(limited, now + 30 * 60_000).enabled).toBe(true);
  });
  it('is not offered while the owner is silent, or the regions do not reach each other', () => {
    expect(plannedCommand(ownerSilent(), now).reason).toBe(
      'West US 2 cannot be reached (last heard 12 s ago). Only a forced failover is possible.',
    );
    const split = hub();
    split.regions[0]!.pairConnected = false;
    expect(plannedCommand(split, now).enabled).toBe(false);
    expect(forcedCommand(split).enabled).toBe(true);
  });
  it('is not offered without a pair, with an unreachable pair or while one runs', () => {
    expect(plannedCommand(hub({ failoverRegion: null }), now).reason).toContain('no paired region');
    const lost = hub();
    lost.regions[1]!.connected = false;
    expect(plannedCommand(lost, now).reason).toContain('West Central US cannot be reached');
    expect(forcedCommand(lost).enabled).toBe(false);
    const running = hub({ state: 'FailingOver', lastFailover: past({ status: 'Running' }) });
    expect(forcedCommand(running).reason).toBe('A failover of this hub is running.');
  });
});

describe('forced failover', () => {
  it('is not held back by limits', () => {
    const limited = hub();
    limited.failoverLimits.nextAllowedAt = '2026-11-21T10:30:00Z';
    expect(forcedCommand(limited).enabled).toBe(true);
  });
  it('says what would be lost by data type', () => {
    const risky = hub({
      atRisk: [
        { kind: 'telemetry', records: 1200, seconds: 3.2 },
        { kind: 'twins', records: 2, seconds: 1 },
        { kind: 'identities', records: 0, seconds: 0 },
      ],
      atRiskTotal: { records: 1202, bytes: 90_000, seconds: 3.2 },
    });
    expect(forcedAnswers(risky, []).loses).toEqual({
      tone: 'warn',
      text: 'Up to the last 3.2 s: 1,202 records',
    });
    expect(riskOf(risky).rows.map((one) => one.kind)).toEqual(['telemetry', 'twins']);
  });
  it("falls back to the owner's lag", () => {
    const risky = hub();
    Object.assign(risky.regions[0]!, { lagRecords: 7, lagSeconds: 0.5 });
    expect(riskOf(risky)).toMatchObject({ records: 7, seconds: 0.5, byKind: false });
    expect(forcedAnswers(risky, []).loses.text).toContain('500 ms: 7 records');
  });
  it("says that a silent owner's numbers are old", () => {
    expect(forcedAnswers(ownerSilent(), []).loses.text).toContain('as of 12 s ago');
    const quiet = ownerSilent();
    quiet.regions[0]!.lagRecords = 0;
    expect(forcedAnswers(quiet, []).loses.tone).toBe('warn');
  });
  it('says what it waits for where no time was measured', () => {
    const leased = hub();
    leased.regions[0]!.leaseSeconds = 2.6;
    expect(forcedAnswers(leased, []).takes).toContain('which takes 3\u00a0s at most');
    expect(forcedAnswers(ownerSilent(), []).takes).toBe('Not measured on this hub yet');
  });
  it('does not call unknown nothing', () => {
    const unknown = hub();
    delete unknown.regions[0]!.lagRecords;
    expect(forcedAnswers(unknown, []).loses.tone).toBe('bad');
    const silent = { ...unknown, atRisk: null, atRiskTotal: null } as unknown as HubStatus;
    expect(forcedAnswers(silent, []).loses.tone).toBe('bad');
  });
});

describe('history', () => {
  it('measures the kinds apart, and only what succeeded', () => {
    const history = [
      past({ seconds: 1 }),
      past({ status: 'Failed', seconds: 60 }),
      past({ failover: 'forced', seconds: 5 }),
      past({ failover: 'automatic', seconds: 7 }),
    ];
    expect(measuredSeconds(history, false)).toEqual({ seconds: 1, count: 1 });
    expect(measuredSeconds(history, true)).toEqual({ seconds: 6, count: 2 });
  });
  it("counts this UTC day's in the hub's direction", () => {
    const history = [
      past(),
      past({ failover: 'automatic' }),
      past({ toRegion: 'westus2' }),
      past({ startedAt: '2026-11-20T23:59:59Z' }),
      past({ status: 'Failed' }),
    ];
    expect(leftToday(hub(), history, now)).toEqual({ left: 1, of: 2, what: 'failovers' });
    expect(leftToday(hub({ failoverRegion: 'westus2' }), history, now)?.what).toBe('failbacks');
    const free = hub();
    free.failoverLimits.failoversPerDay = 0;
    expect(leftToday(free, history, now)).toBeNull();
  });
  it('says a lower bound as one', () => {
    const report = { epoch: 2, exact: false, lostRecords: 3, lostTelemetry: 3, partitions: [] };
    expect(lostText(past({ report }))).toBe('at least 3 records');
    expect(lostText(past({ report: { ...report, lostRecords: 0 } }))).toBe('not known yet');
    expect(lostText(past({ report: { ...report, exact: true, lostRecords: 0 } }))).toBe('nothing');
  });
});

describe('steps', () => {
  const steps = [
    { name: 'requested', at: '2026-11-21T08:00:00.000Z' },
    { name: 'admission-stopped', at: '2026-11-21T08:00:00.100Z' },
    { name: 'drained', at: '2026-11-21T08:00:00.150Z' },
  ];
  it('shows what comes while it runs', () => {
    const shown = shownSteps(past({ status: 'Running', steps }));
    expect(shown.map((one) => one.state)).toEqual([
      'done',
      'done',
      'done',
      'running',
      'waiting',
      'waiting',
      'waiting',
      'waiting',
    ]);
    expect(shown[1]!.offset).toBeCloseTo(0.1);
    expect(progressOf(past({ status: 'Running', steps }))).toBeCloseTo(3 / 8);
  });
  it('changes course when the owner is lost in the middle', () => {
    const shown = shownSteps(
      past({ status: 'Running', steps: [...steps, { name: 'owner-unreachable', at: null }] }),
    );
    expect(shown.slice(4).map((one) => one.name)).toEqual([
      'votes-asked',
      'votes-granted',
      'promoted',
      'completed',
    ]);
  });
  it('tells the pause of clients apart from the whole', () => {
    expect(
      pauseSeconds([...steps, { name: 'promoted', at: '2026-11-21T08:00:00.400Z' }]),
    ).toBeCloseTo(0.3);
    expect(pauseSeconds(steps)).toBeNull();
  });
});
