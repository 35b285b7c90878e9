// The data plane's documents, as far as the panes read them.

export interface DeviceIdentity {
  deviceId: string;
  generationId?: string;
  etag?: string;
  status: 'enabled' | 'disabled';
  statusReason?: string | null;
  statusUpdatedTime?: string;
  connectionState?: 'Connected' | 'Disconnected';
  connectionStateUpdatedTime?: string;
  lastActivityTime?: string;
  cloudToDeviceMessageCount?: number;
  authentication?: {
    type?: string;
    symmetricKey?: { primaryKey?: string | null; secondaryKey?: string | null };
    x509Thumbprint?: { primaryThumbprint?: string | null; secondaryThumbprint?: string | null };
  };
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Twin {
  deviceId: string;
  etag: string;
  version: number;
  status?: string;
  connectionState?: string;
  lastActivityTime?: string;
  tags?: JsonObject;
  properties: { desired: JsonObject; reported: JsonObject };
}

export interface LiveMessage {
  partition: number | string;
  offset: string;
  sequenceNumber: number;
  enqueuedTime: string;
  deviceId: string;
  body: string;
  bodyEncoding: 'text' | 'base64';
  properties: Record<string, unknown>;
  systemProperties: Record<string, unknown>;
}

export interface Policy {
  keyName: string;
  primaryKey?: string;
  secondaryKey?: string;
  rights: string;
}
