// Device identities and shared access policies: names, keys, connection strings.

/** Azure's rule: up to 128 of these ASCII characters. */
export function deviceIdError(id: string): string | null {
  if (id === '') return 'Enter a device ID.';
  if (id.length > 128) return 'A device ID has at most 128 characters.';
  const wrong = [...id].find((c) => !/[A-Za-z0-9\-:.+%_#*?!(),=@$']/.test(c));
  if (wrong === ' ') return 'A device ID has no blanks.';
  return wrong ? `'${wrong}' cannot be part of a device ID.` : null;
}

/** base64 of 16 to 64 bytes, as the server demands. */
export function keyError(key: string): string | null {
  const shape = /^[A-Za-z0-9+/]*={0,2}$/.test(key) && key.length % 4 === 0;
  const decoded = (key.length / 4) * 3 - (key.match(/=*$/)?.[0].length ?? 0);
  return shape && decoded >= 16 && decoded <= 64
    ? null
    : 'A key is 16 to 64 bytes in base64 (24 to 88 characters).';
}

export function thumbprintError(text: string): string | null {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)
    ? null
    : 'A thumbprint is 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.';
}

/** 32 fresh bytes as base64. `fill` is crypto.getRandomValues. */
export function newKey(fill: (bytes: Uint8Array) => void): string {
  const bytes = new Uint8Array(32);
  fill(bytes);
  return btoa(String.fromCharCode(...bytes));
}

export const deviceConnectionString = (host: string, deviceId: string, key: string) =>
  `HostName=${host};DeviceId=${deviceId};SharedAccessKey=${key}`;

export const policyConnectionString = (host: string, name: string, key: string) =>
  `HostName=${host};SharedAccessKeyName=${name};SharedAccessKey=${key}`;

export const eventsConnectionString = (endpoint: string, name: string, key: string, path: string) =>
  `Endpoint=${endpoint.endsWith('/') ? endpoint : endpoint + '/'};SharedAccessKeyName=${name};` +
  `SharedAccessKey=${key};EntityPath=${path}`;

export const allRights = [
  'RegistryRead',
  'RegistryWrite',
  'ServiceConnect',
  'DeviceConnect',
] as const;
export type Right = (typeof allRights)[number];

export const rightTitles: Record<Right, string> = {
  RegistryRead: 'Registry read',
  RegistryWrite: 'Registry write',
  ServiceConnect: 'Service connect',
  DeviceConnect: 'Device connect',
};

/** In either order and either case, as clients write them; writing includes reading. */
export function readRights(text: string): Right[] {
  const words = text.split(',').map((word) => word.trim().toLowerCase());
  return allRights.filter((right) => words.includes(right.toLowerCase()));
}
export const writeRights = (rights: Right[]) =>
  allRights.filter((right) => rights.includes(right)).join(', ');

export function policyNameError(name: string, others: string[]): string | null {
  if (!/^[A-Za-z0-9\-._]{1,64}$/.test(name))
    return "A policy's name is 1 to 64 letters, digits, '-', '.' and '_'.";
  if (others.some((other) => other.toLowerCase() === name.toLowerCase()))
    return `There is a policy '${name}' already.`;
  return null;
}

export function consumerGroupError(name: string, others: string[]): string | null {
  if (!/^[A-Za-z0-9.\-_]{1,50}$/.test(name))
    return "A consumer group's name is 1 to 50 letters, digits, '.', '-' and '_'.";
  if (others.some((other) => other.toLowerCase() === name.toLowerCase()))
    return `There is a consumer group '${name}' already.`;
  return null;
}

export interface DeviceFilter {
  prefix: string;
  status: '' | 'enabled' | 'disabled';
  connection: '' | 'Connected' | 'Disconnected';
}

/** The query language doubles a quote inside a text. */
const quoted = (text: string) => `'${text.replace(/'/g, "''")}'`;

export function deviceQuery(filter: DeviceFilter): string {
  const conditions = [];
  if (filter.prefix) conditions.push(`STARTS_WITH(deviceId, ${quoted(filter.prefix)})`);
  if (filter.status) conditions.push(`status = ${quoted(filter.status)}`);
  if (filter.connection) conditions.push(`connectionState = ${quoted(filter.connection)}`);
  return 'SELECT * FROM devices' + (conditions.length ? ' WHERE ' + conditions.join(' AND ') : '');
}

export const matches = (
  device: { deviceId: string; status?: string; connectionState?: string },
  filter: DeviceFilter,
): boolean =>
  device.deviceId.startsWith(filter.prefix) &&
  (!filter.status || device.status === filter.status) &&
  (!filter.connection || device.connectionState === filter.connection);

/** A SAS URI of a blob container, as import and export need it. */
export function containerUriError(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return "Enter the container's URI with its shared access signature.";
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'The URI begins with https:// or http://.';
  if (url.pathname.replace(/\//g, '') === '') return 'The URI does not name a container.';
  if (!url.searchParams.has('sig')) return 'The URI has no shared access signature (sig=...).';
  return null;
}
