import { expect, test } from 'vitest';

import type { HubStatus, Status } from '../api/types';
import { health, hubProtection, unprotected } from '../components/state';
import { findResources } from '../shell/findResources';
import { auditStatus } from './auditStatus';
import { regionNumbers } from './regionNumbers';

type Part = Partial<HubStatus['regions'][number]>;

function hub(name: string, owner: Part, pair: Part | null, more: Partial<HubStatus> = {}): HubStatus {
  const region = (regionName: string, role: string, part: Part) => ({
    region: regionName, displayName: regionName, connected: true, role, lagSeconds: 0,
    lagRecords: 0, pairConnected: true, catchingUp: false, connectedDevices: 3, ...part,
  });
  return {
    name, owner: 'a', serving: true, syncSuspended: false, state: 'Active',
    regions: [region('a', 'owner', owner), ...(pair ? [region('b', 'follower', pair)] : [])],
    ...more,
  } as HubStatus;
}

test('a hub is protected while its pair could take over', () => {
  expect(unprotected(hub('h', {}, {}))).toBe(false);
  expect(unprotected(hub('h', {}, { connected: false }))).toBe(true);
  expect(unprotected(hub('h', { pairConnected: false }, {}))).toBe(true);
  expect(unprotected(hub('h', { catchingUp: true }, {}))).toBe(true);
  expect(unprotected(hub('h', {}, {}, { syncSuspended: true }))).toBe(true);
});

test('a hub that never had a pair is not counted as a failure', () => {
  const alone = hub('h', {}, null);
  expect(unprotected(alone)).toBe(false);
  expect(hubProtection(alone).text).toBe('no pair');
});

test('the numbers that must be zero', () => {
  const status = {
    hubs: [
      hub('good', {}, {}),
      hub('bare', {}, { connected: false }),
      hub('down', { connected: false }, {}, { serving: false }),
      hub('new', {}, {}, { serving: false, state: 'Activating' }),
    ],
  } as Status;
  expect(health(status)).toEqual({ serving: 2, unprotected: 1, unavailable: 1 });
});

test('what a region does for all hubs', () => {
  const hubs = [
    hub('x', { lagSeconds: 2, lagRecords: 5 }, {}),
    hub('y', { lagSeconds: 0.5, lagRecords: 1 }, { catchingUp: true }),
  ];
  expect(regionNumbers('a', hubs)).toMatchObject({
    owned: 2, serving: 2, followed: 0, lagSeconds: 2, lagRecords: 6, devices: 6,
  });
  expect(regionNumbers('b', hubs)).toMatchObject({ owned: 0, followed: 2, eligible: 1 });
});

test('a region that cannot be asked has no numbers, not zeros', () => {
  const numbers = regionNumbers('a', [hub('x', { connected: false }, {}, { serving: false })]);
  expect(numbers.lagSeconds).toBeNull();
  expect(numbers.devices).toBeNull();
});

test('a search finds names that begin with the words first', () => {
  const found = findResources('con', [{ name: 'my-con' }, { name: 'contoso' }], [{ name: 'cons' }]);
  expect(found.map((one) => one.name)).toEqual(['cons', 'contoso', 'my-con']);
  expect(findResources('  ', [{ name: 'x' }], [])).toEqual([]);
});

test('a record of the audit log says in words what no answer has as its status', () => {
  expect(auditStatus(201)).toEqual({ text: '201', tone: 'good' });
  expect(auditStatus('403')).toEqual({ text: '403', tone: 'bad' });
  expect(auditStatus(102)).toEqual({ text: '102 begun', tone: 'idle' });
  expect(auditStatus(0).text).toBe('0 never answered');
  expect(auditStatus(499).text).toBe('499 not waited for');
});
