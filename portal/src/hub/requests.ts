// The requests of the hub's panes: ARM's parts of a hub, and the data plane through control.
import { ApiError, call, get, list, type Reply } from '../api/client';
import { DEVICES_API, dataPath, getHub, putHub } from '../api/control';
import { runLong } from '../api/longOperation';
import type { Hub, HubProperties } from '../api/types';
import type { DeviceIdentity, JsonObject, LiveMessage, Policy, Twin } from './data';
import { deviceQuery, matches, type DeviceFilter } from './logic/identity';

const DATA_API = 'api-version=2021-04-12';
const segment = encodeURIComponent;
const post = async <T>(path: string, body?: unknown) =>
  (await call<T>('POST', path, { body: body ?? {} })).data;

// ---- the hub's document
const TRIES_MAX = 3;

/**
 * Reads the document, changes it and writes it back, all or nothing: with the ETag of what was
 * read. Somebody else's write in between is not overwritten; the change is made again on top.
 */
export async function changeHub(
  id: string,
  change: (hub: Hub) => Promise<Partial<Hub>> | Partial<Hub>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const hub = await getHub(id);
    const body = {
      location: hub.location,
      tags: hub.tags ?? {},
      sku: hub.sku,
      ...(await change(hub)),
    };
    try {
      await runLong(() => putHub(id, body, hub.etag));
      return;
    } catch (error) {
      const stale = error instanceof ApiError && error.status === 412;
      if (!stale || attempt === TRIES_MAX) throw error;
    }
  }
}

export const changeProperties = (id: string, properties: Partial<HubProperties>) =>
  changeHub(id, () => ({ properties }) as Partial<Hub>);

// ---- shared access policies
export const listPolicies = async (id: string): Promise<Policy[]> =>
  (await post<{ value: Policy[] }>(`${id}/listkeys?${DEVICES_API}`)).value;

export const changePolicies = (id: string, change: (policies: Policy[]) => Policy[]) =>
  changeHub(id, async () => {
    const authorizationPolicies = change(await listPolicies(id));
    return { properties: { authorizationPolicies } } as Partial<Hub>;
  });

// ---- statistics, quotas, metrics
export interface Stats {
  totalDeviceCount: number;
  enabledDeviceCount: number;
  disabledDeviceCount: number;
}
export const getStats = (id: string, signal?: AbortSignal) =>
  get<Stats>(`${id}/IotHubStats?${DEVICES_API}`, signal);

export interface Quota {
  name: string;
  currentValue: number;
  maxValue: number;
}
export const listQuotas = (id: string, signal?: AbortSignal) =>
  list<Quota>(`${id}/quotaMetrics?${DEVICES_API}`, signal);

const INSIGHTS_API = 'api-version=2018-01-01';
export interface MetricDefinition {
  name: { value: string; localizedValue?: string };
  unit: string;
  primaryAggregationType: string;
  displayDescription?: string;
}
export const listMetricDefinitions = (id: string, signal?: AbortSignal) =>
  list<MetricDefinition>(
    `${id}/providers/Microsoft.Insights/metricDefinitions?${INSIGHTS_API}`,
    signal,
  );

export interface MetricValue {
  timeStamp: string;
  total?: number;
  average?: number;
  minimum?: number;
  maximum?: number;
}
export interface Metric {
  name: { value: string };
  unit: string;
  timeseries: { data: MetricValue[] }[];
}
export const getMetrics = async (
  id: string,
  wish: { names: string[]; timespan: string; interval: string; aggregation: string },
  signal?: AbortSignal,
) => {
  const query = new URLSearchParams({
    'api-version': '2018-01-01',
    metricnames: wish.names.join(','),
    timespan: wish.timespan,
    interval: wish.interval,
    aggregation: wish.aggregation,
  });
  const path = `${id}/providers/Microsoft.Insights/metrics?${query}`;
  return (await get<{ value: Metric[] }>(path, signal)).value;
};

// ---- consumer groups
export interface ConsumerGroup {
  name: string;
  properties?: { created?: string };
}
const groupsPath = (id: string, group?: string) =>
  `${id}/eventHubEndpoints/events/ConsumerGroups` +
  `${group === undefined ? '' : `/${segment(group)}`}?${DEVICES_API}`;
export const listConsumerGroups = (id: string, signal?: AbortSignal) =>
  list<ConsumerGroup>(groupsPath(id), signal);
export const addConsumerGroup = (id: string, name: string) =>
  call('PUT', groupsPath(id, name), { body: { properties: { name } } });
export const deleteConsumerGroup = (id: string, name: string) =>
  call('DELETE', groupsPath(id, name));

// ---- certificates
export interface Certificate {
  name: string;
  etag: string;
  properties: {
    subject?: string;
    thumbprint?: string;
    expiry?: string;
    created?: string;
    isVerified?: boolean;
    verificationCode?: string;
    certificate?: string;
  };
}
const certificatePath = (id: string, name: string, action = '') =>
  `${id}/certificates/${segment(name)}${action}?${DEVICES_API}`;
export const listCertificates = (id: string, signal?: AbortSignal) =>
  list<Certificate>(`${id}/certificates?${DEVICES_API}`, signal);
export const putCertificate = (
  id: string,
  name: string,
  wish: { certificate: string; isVerified: boolean },
  etag?: string,
) => call('PUT', certificatePath(id, name), { body: { properties: wish }, ifMatch: etag });
export const verificationCode = async (id: string, one: Certificate) =>
  (
    await call<Certificate>('POST', certificatePath(id, one.name, '/generateVerificationCode'), {
      ifMatch: one.etag,
    })
  ).data;
export const verifyCertificate = (id: string, one: Certificate, certificate: string) =>
  call('POST', certificatePath(id, one.name, '/verify'), {
    body: { certificate },
    ifMatch: one.etag,
  });
export const deleteCertificate = (id: string, one: Certificate) =>
  call('DELETE', certificatePath(id, one.name), { ifMatch: one.etag });

// ---- routing
export interface EndpointHealth {
  endpointId: string;
  healthStatus: string;
  lastKnownError?: string;
  lastKnownErrorTime?: string;
  lastSuccessfulSendAttemptTime?: string;
  lastSendAttemptTime?: string;
}
export const listEndpointHealth = (id: string, signal?: AbortSignal) =>
  list<EndpointHealth>(`${id}/routingEndpointsHealth?${DEVICES_API}`, signal);

export interface SampleMessage {
  body: string;
  appProperties: Record<string, string>;
  systemProperties: Record<string, string>;
}
export interface RouteTest {
  result: string;
  details?: {
    compilationErrors?: {
      message: string;
      severity?: string;
      location?: { start?: { line: number; column: number } };
    }[];
  };
}
export const testRoute = (id: string, message: SampleMessage, route: unknown) =>
  post<RouteTest>(`${id}/routing/routes/$testnew?${DEVICES_API}`, { message, route });
export const testAllRoutes = (id: string, message: SampleMessage, routingSource: string) =>
  post<{ routes?: { properties?: { name?: string } }[] }>(
    `${id}/routing/routes/$testall?${DEVICES_API}`,
    { message, routingSource },
  );

// ---- jobs
export interface Job {
  jobId: string;
  type: string;
  status: string;
  startTimeUtc?: string;
  endTimeUtc?: string;
  failureReason?: string;
  statusMessage?: string;
}
export const listJobs = (id: string, signal?: AbortSignal) =>
  list<Job>(`${id}/jobs?${DEVICES_API}`, signal);
export const exportDevices = (id: string, container: string, excludeKeys: boolean) =>
  post<Job>(`${id}/exportDevices?${DEVICES_API}`, {
    exportBlobContainerUri: container,
    excludeKeys,
  });
export const importDevices = (id: string, input: string, output: string) =>
  post<Job>(`${id}/importDevices?${DEVICES_API}`, {
    inputBlobContainerUri: input,
    outputBlobContainerUri: output,
  });

// ---- devices, through control
const devicePath = (hub: string, device: string) =>
  dataPath(hub, `devices/${segment(device)}?${DATA_API}`);
const twinPath = (hub: string, device: string) =>
  dataPath(hub, `twins/${segment(device)}?${DATA_API}`);
const quotedTag = (etag: string) => (/^("|\*)/.test(etag) ? etag : `"${etag}"`);

/** What a list shows of a device: twins and identities both have it. */
export type ListedDevice = Pick<
  DeviceIdentity,
  'deviceId' | 'status' | 'connectionState' | 'lastActivityTime'
> & { version?: number };

export interface DevicePage {
  devices: ListedDevice[];
  continuation: string | null;
  partial: boolean; // there are more devices than could be searched
}

const LISTED_MAX = 1000;

/** For a hub that does not answer queries: its list of identities, searched here. */
async function listDevices(
  hub: string,
  filter: DeviceFilter,
  offset: number,
  top: number,
  signal?: AbortSignal,
): Promise<DevicePage> {
  const path = dataPath(hub, `devices?top=${LISTED_MAX}&${DATA_API}`);
  const all = await get<DeviceIdentity[]>(path, signal);
  const found = all
    .filter((one) => matches(one, filter))
    .sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  return {
    devices: found.slice(offset, offset + top),
    continuation: found.length > offset + top ? String(offset + top) : null,
    partial: all.length >= LISTED_MAX,
  };
}

export async function findDevices(
  hub: string,
  filter: DeviceFilter,
  continuation: string | null,
  top: number,
  signal?: AbortSignal,
): Promise<DevicePage> {
  const headers: Record<string, string> = { 'x-ms-max-item-count': String(top) };
  if (continuation) headers['x-ms-continuation'] = continuation;
  try {
    const reply = await call<ListedDevice[]>('POST', dataPath(hub, `devices/query?${DATA_API}`), {
      body: { query: deviceQuery(filter) },
      headers,
      signal,
    });
    const next = reply.headers.get('x-ms-continuation');
    return { devices: reply.data, continuation: next, partial: false };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 501) throw error;
    return listDevices(hub, filter, Number(continuation ?? 0), top, signal);
  }
}

export const getDevice = (hub: string, device: string, signal?: AbortSignal) =>
  get<DeviceIdentity>(devicePath(hub, device), signal);
export const createDevice = (hub: string, device: DeviceIdentity) =>
  call<DeviceIdentity>('PUT', devicePath(hub, device.deviceId), { body: device });
/** Written only over what was read. */
export const updateDevice = (hub: string, device: DeviceIdentity) =>
  call<DeviceIdentity>('PUT', devicePath(hub, device.deviceId), {
    body: device,
    ifMatch: quotedTag(device.etag ?? '*'),
  });
export const deleteDevice = (hub: string, device: string) =>
  call('DELETE', devicePath(hub, device), { ifMatch: '*' });

export const getTwin = (hub: string, device: string, signal?: AbortSignal) =>
  get<Twin>(twinPath(hub, device), signal);
export const patchTwin = (hub: string, twin: Twin, patch: JsonObject): Promise<Reply<Twin>> =>
  call<Twin>('PATCH', twinPath(hub, twin.deviceId), {
    body: patch,
    ifMatch: quotedTag(twin.etag),
  });

// ---- live messages
export interface EventsPage {
  value: LiveMessage[];
  cursor: string;
}
export const EVENTS_TOP = 100;
export const getEvents = (hub: string, after: string | null, signal?: AbortSignal) =>
  get<EventsPage>(
    `/tandem/v1/hubs/${segment(hub)}/events?top=${EVENTS_TOP}` +
      (after === null ? '' : `&after=${segment(after)}`),
    signal,
  );
