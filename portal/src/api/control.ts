// The requests that more than one page makes.
import { call, get, list, type Reply } from './client';
import type {
  AnyOperation, AuditRecord, EvacuateOperation, FailoverOperation, GenericResource, Hub, HubStatus, Location, Me, Operation,
  ResourceGroup, Status, Subscription,
} from './types';

export const DEVICES_API = 'api-version=2023-06-30';
export const RESOURCES_API = 'api-version=2022-09-01';
const SUBSCRIPTIONS_API = 'api-version=2021-01-01';
const PROVIDER = 'providers/Microsoft.Devices';
const segment = encodeURIComponent;

// ---- subscriptions, locations, groups
export const listSubscriptions = (signal?: AbortSignal) =>
  list<Subscription>(`/subscriptions?${SUBSCRIPTIONS_API}`, signal);
export const listLocations = (subscription: string, signal?: AbortSignal) =>
  list<Location>(`/subscriptions/${subscription}/locations?${SUBSCRIPTIONS_API}`, signal);

export const groupPath = (subscription: string, group: string) =>
  `/subscriptions/${subscription}/resourceGroups/${segment(group)}`;
export const listGroups = (subscription: string, signal?: AbortSignal) =>
  list<ResourceGroup>(`/subscriptions/${subscription}/resourceGroups?${RESOURCES_API}`, signal);
export const getGroup = (subscription: string, group: string, signal?: AbortSignal) =>
  get<ResourceGroup>(`${groupPath(subscription, group)}?${RESOURCES_API}`, signal);
export const putGroup = (
  subscription: string,
  group: string,
  body: { location: string; tags?: Record<string, string> },
) => call<ResourceGroup>('PUT', `${groupPath(subscription, group)}?${RESOURCES_API}`, { body });
export const deleteGroup = (subscription: string, group: string) =>
  call<null>('DELETE', `${groupPath(subscription, group)}?${RESOURCES_API}`);
export const listGroupResources = (subscription: string, group: string, signal?: AbortSignal) =>
  list<GenericResource>(`${groupPath(subscription, group)}/resources?${RESOURCES_API}`, signal);

// ---- hubs by ARM
export const hubPath = (subscription: string, group: string, hub: string) =>
  `${groupPath(subscription, group)}/${PROVIDER}/IotHubs/${segment(hub)}`;
export const listHubs = (subscription: string, signal?: AbortSignal) =>
  list<Hub>(`/subscriptions/${subscription}/${PROVIDER}/IotHubs?${DEVICES_API}`, signal);
export const getHub = (id: string, signal?: AbortSignal) =>
  get<Hub>(`${id}?${DEVICES_API}`, signal);
export const putHub = (id: string, body: unknown, ifMatch?: string): Promise<Reply<Hub>> =>
  call<Hub>('PUT', `${id}?${DEVICES_API}`, { body, ifMatch });
export const deleteHub = (id: string) => call<null>('DELETE', `${id}?${DEVICES_API}`);

export interface NameCheck {
  nameAvailable: boolean;
  reason?: string;
  message?: string | null;
}
export const checkHubName = async (subscription: string, name: string, signal?: AbortSignal) =>
  (
    await call<NameCheck>(
      'POST',
      `/subscriptions/${subscription}/${PROVIDER}/checkNameAvailability?${DEVICES_API}`,
      { body: { name }, signal },
    )
  ).data;

// ---- Tandem's own
export const getStatus = (signal?: AbortSignal) => get<Status>('/tandem/v1/status', signal);
export const getHubStatus = (hub: string, signal?: AbortSignal) =>
  get<HubStatus>(`/tandem/v1/hubs/${segment(hub)}`, signal);
export const patchHub = (hub: string, body: unknown) =>
  call<HubStatus>('PATCH', `/tandem/v1/hubs/${segment(hub)}`, { body });
export const startFailover = (hub: string, forced: boolean) =>
  call<FailoverOperation>('POST', `/tandem/v1/hubs/${segment(hub)}/failover`, { body: { forced } });
export const listFailovers = async (hub: string, signal?: AbortSignal) =>
  list<FailoverOperation>(`/tandem/v1/hubs/${segment(hub)}/failovers`, signal);
export const getOperation = <T extends Operation>(id: string, signal?: AbortSignal) =>
  get<T>(`/tandem/v1/operations/${segment(id)}`, signal);
export const listOperations = (signal?: AbortSignal) =>
  list<AnyOperation>('/tandem/v1/operations', signal);
export const evacuateRegion = (region: string, forced: boolean) =>
  call<EvacuateOperation>('POST', `/tandem/v1/regions/${segment(region)}/evacuate`, { body: { forced } });
export const getMe = (signal?: AbortSignal) => get<Me>('/tandem/v1/me', signal);

export interface AuditPage {
  value: AuditRecord[];
  head: { sequence: number; hash: string };
}
export const getAudit = (before?: number, signal?: AbortSignal) =>
  get<AuditPage>(
    `/tandem/v1/audit?top=50${before === undefined ? '' : `&before=${before}`}`,
    signal,
  );

/** The hub's data plane, through control: `rest` is its path and query. */
export const dataPath = (hub: string, rest: string) =>
  `/tandem/v1/hubs/${segment(hub)}/data/${rest}`;
