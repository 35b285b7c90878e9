import { expect, it } from 'vitest';
import {
  lockouts,
  networkingErrors,
  olderRules,
  readNetworking,
  writeNetworking,
} from './networking';
import { endpointsOf, routeError } from './routing';

const selected = {
  access: 'selected' as const,
  rules: [{ filterName: 'office', action: 'Allow' as const, ipMask: '192.0.2.0/24' }],
  applyToEvents: false,
  disableLocalAuth: false,
  disableDeviceSAS: false,
};

it('reads back what it writes', () => {
  expect(readNetworking(writeNetworking(selected))).toEqual(selected);
  const all = { ...selected, access: 'all' as const };
  expect(readNetworking(writeNetworking(all))).toEqual(all);
  const off = { ...selected, access: 'disabled' as const };
  expect(readNetworking(writeNetworking(off)).access).toBe('disabled');
});
it('is open when the document says nothing', () => {
  expect(readNetworking({})).toMatchObject({ access: 'all', rules: [], applyToEvents: true });
});
it('warns of locking oneself out, where the address is known', () => {
  expect(lockouts(selected, '192.0.2.9').join()).not.toContain('192.0.2.9');
  expect(lockouts(selected, '198.51.100.1').join()).toContain('198.51.100.1');
  expect(lockouts(selected, null)).toHaveLength(1);
  expect(lockouts({ ...selected, rules: [] }, null)).toHaveLength(2);
  expect(lockouts({ ...selected, access: 'all', disableDeviceSAS: true }, null)).toHaveLength(1);
});
it('shows rules of the older kind', () => {
  expect(olderRules({})).toEqual([]);
  expect(
    olderRules({ ipFilterRules: [{ filterName: 'a', action: 'Reject', ipMask: '10.0.0.0/8' }] }),
  ).toEqual(['a: Reject 10.0.0.0/8']);
});
it('finds bad rules', () => {
  const bad = { ...selected, rules: [{ ...selected.rules[0]!, ipMask: '192.0.2.1/24' }] };
  expect(networkingErrors(bad)[0]).toContain('192.0.2.0/24');
});
it('wants routes to lead somewhere', () => {
  const route = { name: 'r', source: 'DeviceMessages', endpointNames: ['events'], isEnabled: true };
  expect(routeError(route, [], ['events'])).toBeNull();
  expect(routeError({ ...route, endpointNames: [] }, [], ['events'])).not.toBeNull();
  expect(routeError({ ...route, endpointNames: ['x'] }, [], ['events'])).toContain("'x'");
  expect(routeError(route, ['R'], ['events'])).toContain('already');
  expect(
    endpointsOf({ endpoints: { storageContainers: [{ name: 's', containerName: 'c' }] } }),
  ).toEqual([{ name: 's', type: 'Storage container', detail: 'c' }]);
});
