// What one region does for all hubs together.
import type { HubStatus } from '../api/types';

export interface RegionNumbers {
  owned: number;
  serving: number;
  followed: number;
  eligible: number; // of those followed: the pair could take over
  lagSeconds: number | null; // the largest, of hubs owned; null: nobody can say
  lagRecords: number;
  devices: number | null;
}

export function regionNumbers(region: string, hubs: HubStatus[]): RegionNumbers {
  const owned = hubs.filter((hub) => hub.owner === region);
  const followed = hubs.filter(
    (hub) => hub.owner !== region && hub.regions.some((one) => one.region === region),
  );
  const own = owned
    .map((hub) => hub.regions.find((one) => one.region === region))
    .filter((one) => one?.connected && one.lagSeconds !== undefined);
  const known = owned.length === 0 || own.length > 0;
  return {
    owned: owned.length,
    serving: owned.filter((hub) => hub.serving).length,
    followed: followed.length,
    eligible: followed.filter((hub) => {
      const here = hub.regions.find((one) => one.region === region);
      return here?.connected && here.role !== 'unknown' && !here.catchingUp;
    }).length,
    lagSeconds: known ? Math.max(0, ...own.map((one) => one!.lagSeconds!)) : null,
    lagRecords: own.reduce((sum, one) => sum + (one!.lagRecords ?? 0), 0),
    devices: known ? own.reduce((sum, one) => sum + (one!.connectedDevices ?? 0), 0) : null,
  };
}
