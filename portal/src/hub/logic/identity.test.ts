import { expect, it } from 'vitest';
import {
  containerUriError,
  consumerGroupError,
  deviceConnectionString,
  deviceIdError,
  deviceQuery,
  eventsConnectionString,
  keyError,
  matches,
  newKey,
  policyNameError,
  readRights,
  thumbprintError,
  writeRights,
} from './identity';

it("takes Azure's device ids and nothing else", () => {
  for (const good of ['device-1', "a:b.c+d%_#*?!(),=@$'", 'x'.repeat(128)])
    expect(deviceIdError(good)).toBeNull();
  for (const bad of ['', 'a b', 'a/b', 'a&b', 'gerät', 'x'.repeat(129)])
    expect(deviceIdError(bad)).not.toBeNull();
});
it('takes keys of 16 to 64 bytes', () => {
  expect(keyError(btoa('x'.repeat(16)))).toBeNull();
  expect(keyError(btoa('x'.repeat(64)))).toBeNull();
  for (const bad of ['', btoa('x'.repeat(15)), btoa('x'.repeat(65)), 'not base64 of 16 bytes!!'])
    expect(keyError(bad)).not.toBeNull();
  expect(keyError(newKey((bytes) => bytes.fill(255)))).toBeNull();
});
it('takes thumbprints of both hashes', () => {
  expect(thumbprintError('a'.repeat(40))).toBeNull();
  expect(thumbprintError('A'.repeat(64))).toBeNull();
  expect(thumbprintError('a'.repeat(41))).not.toBeNull();
});
it('builds connection strings', () => {
  expect(deviceConnectionString('h.azure-devices.net', 'd', 'k=')).toBe(
    'HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=k=',
  );
  expect(eventsConnectionString('sb://h', 'service', 'k=', 'demo')).toBe(
    'Endpoint=sb://h/;SharedAccessKeyName=service;SharedAccessKey=k=;EntityPath=demo',
  );
});
it('reads rights in any order and writes them in one', () => {
  const rights = readRights('deviceconnect, RegistryWrite');
  expect(rights).toEqual(['RegistryWrite', 'DeviceConnect']);
  expect(writeRights(['DeviceConnect', 'RegistryRead'])).toBe('RegistryRead, DeviceConnect');
});
it('refuses names that are taken in another case', () => {
  expect(policyNameError('Service', ['service'])).not.toBeNull();
  expect(policyNameError('service-2', ['service'])).toBeNull();
  expect(consumerGroupError('$Default', [])).not.toBeNull();
});
it('builds only the queries that are understood, and escapes quotes', () => {
  expect(deviceQuery({ prefix: '', status: '', connection: '' })).toBe('SELECT * FROM devices');
  expect(deviceQuery({ prefix: "a'b", status: 'enabled', connection: 'Connected' })).toBe(
    "SELECT * FROM devices WHERE STARTS_WITH(deviceId, 'a''b') AND status = 'enabled' AND " +
      "connectionState = 'Connected'",
  );
});
it('filters a list as the query would', () => {
  const device = { deviceId: 'pump-1', status: 'enabled', connectionState: 'Disconnected' };
  const any = { prefix: '', status: '', connection: '' } as const;
  expect(matches(device, any)).toBe(true);
  expect(matches(device, { ...any, prefix: 'pump', status: 'enabled' })).toBe(true);
  expect(matches(device, { ...any, prefix: 'Pump' })).toBe(false);
  expect(matches(device, { ...any, status: 'disabled' })).toBe(false);
  expect(matches(device, { ...any, connection: 'Connected' })).toBe(false);
});
it('wants a container with a signature', () => {
  expect(containerUriError('https://a.blob.core.windows.net/c?sv=1&sig=x')).toBeNull();
  for (const bad of ['c', 'https://a/?sig=x', 'https://a/c', 'ftp://a/c?sig=x'])
    expect(containerUriError(bad)).not.toBeNull();
});
