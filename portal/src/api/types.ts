// The documents of control, as far as the portal reads them.
// Source  ARM Microsoft.Devices 2023-06-30; /tandem/v1 (src/control/tandem_document.cpp).

export interface Subscription {
  id: string;
  subscriptionId: string;
  displayName: string;
}

export interface Location {
  name: string;
  displayName: string;
  metadata?: { pairedRegion?: { name: string }[] };
}

export interface ResourceGroup {
  id: string;
  name: string;
  location: string;
  tags?: Record<string, string>;
  properties: { provisioningState: string };
}

export interface GenericResource {
  id: string;
  name: string;
  type: string;
  location: string;
  tags?: Record<string, string>;
}

export interface HubLocation {
  location: string; // a display name
  role: 'primary' | 'secondary';
}

export interface IpFilterRule {
  filterName: string;
  action: 'Accept' | 'Reject';
  ipMask: string;
}

export interface NetworkRuleSets {
  defaultAction?: 'Deny' | 'Allow';
  applyToBuiltInEventHubEndpoint: boolean;
  ipRules?: { filterName: string; action?: 'Allow'; ipMask: string }[];
}

export interface Route {
  name: string;
  source: string;
  condition?: string;
  endpointNames: string[];
  isEnabled: boolean;
}

export interface RoutingEndpoint {
  id?: string;
  name: string;
  connectionString?: string;
  endpointUri?: string;
  entityPath?: string;
  authenticationType?: string;
  containerName?: string;
  subscriptionId?: string;
  resourceGroup?: string;
  [more: string]: unknown;
}

export interface HubProperties {
  state?: string;
  provisioningState?: string;
  hostName?: string;
  locations?: HubLocation[];
  minTlsVersion?: string;
  disableLocalAuth?: boolean;
  disableDeviceSAS?: boolean;
  disableModuleSAS?: boolean;
  publicNetworkAccess?: 'Enabled' | 'Disabled';
  ipFilterRules?: IpFilterRule[];
  networkRuleSets?: NetworkRuleSets;
  privateEndpointConnections?: unknown[];
  eventHubEndpoints?: Record<
    string,
    {
      retentionTimeInDays?: number;
      partitionCount?: number;
      partitionIds?: string[];
      path?: string;
      endpoint?: string;
    }
  >;
  routing?: {
    endpoints?: Record<string, RoutingEndpoint[]>;
    routes?: Route[];
    fallbackRoute?: Route;
    enrichments?: { key: string; value: string; endpointNames: string[] }[];
  };
  cloudToDevice?: Record<string, unknown>;
  messagingEndpoints?: Record<string, Record<string, unknown>>;
  storageEndpoints?: Record<string, Record<string, unknown>>;
  tandem?: {
    goal?: Goal;
    automaticFailover?: boolean;
    failover?: Record<string, number>;
    unlimited?: boolean;
  };
  [more: string]: unknown;
}

export interface Hub {
  id: string;
  name: string;
  type: string;
  location: string;
  tags?: Record<string, string>;
  subscriptionid?: string;
  resourcegroup?: string;
  etag?: string;
  properties: HubProperties;
  sku: { name: string; tier?: string; capacity: number };
  identity?: unknown;
  systemData?: { createdAt?: string };
}

export type Goal = 'region-async' | 'region-sync';

/** One region's part in one hub. Everything but the first three is missing while unknown. */
export interface HubRegion {
  region: string;
  displayName: string;
  connected: boolean;
  role: string; // owner, follower ... | unreachable | unknown
  reportedRole?: string;
  reportedSecondsAgo?: number;
  epoch?: number;
  leaseSeconds?: number;
  lagRecords?: number;
  lagBytes?: number;
  lagSeconds?: number;
  pairConnected?: boolean;
  catchingUp?: boolean;
  syncSuspended?: boolean;
  connectedDevices?: number;
  settingsRevision?: number;
}

export interface Step {
  name: string;
  at: string | null;
}

export interface FailoverReport {
  epoch: number;
  exact: boolean;
  lostRecords: number;
  lostTelemetry: number;
  partitions: {
    partition: number;
    replicatedTo: number;
    ownerEnd: number;
    lostRecords: number;
    lostTelemetry: number;
    salvageFile: string;
  }[];
}

export interface Operation {
  id: string;
  kind: string;
  hub: string;
  group?: string;
  status: string;
  startedAt: string | null;
  endedAt: string | null;
  seconds?: number;
  error?: { code: string; message: string };
}

/** As lists have them: what else there is depends on the kind. */
export type AnyOperation = Operation & {
  failover?: string;
  toDisplayName?: string;
  region?: string;
  total?: number;
  done?: number;
};

export interface FailoverOperation extends Operation {
  failover: 'planned' | 'forced' | 'automatic';
  fromRegion: string;
  toRegion: string;
  fromDisplayName: string;
  toDisplayName: string;
  steps: Step[];
  report: FailoverReport | null;
}

export interface EvacuateOperation extends Operation {
  region: string;
  forced: boolean;
  total: number;
  done: number;
  hubs: {
    hub: string;
    status: 'Waiting' | 'Running' | 'Succeeded' | 'Failed' | 'Skipped';
    toRegion?: string;
    operation?: string;
    startedAt?: string | null;
    endedAt?: string | null;
    seconds?: number | null;
    lostRecords?: number | null;
    exact?: boolean;
    error?: string | null;
  }[];
}

export interface AtRisk {
  kind: 'telemetry' | 'identities' | 'twins' | 'sessions' | 'other';
  records: number;
  seconds: number;
}

export interface HubStatus {
  name: string;
  id: string;
  state: string;
  hostNames: string[];
  location: string;
  owner: string;
  epoch: number;
  serving: boolean;
  syncSuspended: boolean;
  goal: Goal;
  automaticFailover: boolean;
  partitionCount: number;
  settingsRevision: number;
  regions: HubRegion[];
  failoverLimits: {
    minimumIntervalSeconds: number;
    failoversPerDay: number;
    failbacksPerDay: number;
    nextAllowedAt: string | null;
    reason: string | null;
  };
  failoverRegion: string | null;
  lastFailover: FailoverOperation | null;
  atRisk?: AtRisk[];
  atRiskTotal?: { records: number; bytes: number; seconds: number };
  quota?: { messagesToday: number; messagesMax: number; devices: number; devicesMax: number };
}

export interface RegionStatus {
  name: string;
  displayName: string;
  pairedRegion: string | null;
  connected: boolean;
  lastReportSecondsAgo: number | null;
  writable: boolean;
  endpoints: { protocol: string; address: string; port: number }[];
}

export interface Status {
  time: string;
  regions: RegionStatus[];
  hubs: HubStatus[];
  management?: {
    site: string;
    term: number;
    sequence: number;
    safe: boolean;
    copies: { region: string; connected: boolean; sequence: number; behindSeconds: number }[];
  };
}

export interface AuditRecord {
  sequence: number;
  time: string;
  principal: string;
  principalName: string;
  action: string;
  scope: string;
  /** What in the scope, as people call it: a device, or a role and whose it is. */
  target?: string;
  status: string | number;
  /** The record that this one is the end of. */
  ends?: number;
  correlationId: string;
  hash: string;
  previousHash: string;
}

export interface Me {
  id: string;
  name: string;
  kind: 'user' | 'servicePrincipal';
  assignments: { role: string; scope: string }[];
}
