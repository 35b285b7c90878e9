// What state a hub or a region is in, in the words that control and `tandem status` use.
import type { HubRegion, HubStatus, RegionStatus, Status } from '../api/types';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

export interface Health {
  serving: number;
  unprotected: number;
  unavailable: number;
}

export function ownerRegion(hub: HubStatus): HubRegion | undefined {
  return hub.regions.find((one) => one.region === hub.owner);
}

export function pairRegion(hub: HubStatus): HubRegion | undefined {
  return hub.regions.find((one) => one.region !== hub.owner);
}

/** A loss of the owner's region now would stop the hub, or a failover would lose more than lag. */
export function unprotected(hub: HubStatus): boolean {
  if (hub.regions.length < 2) return false; // it never had a pair: nothing has failed
  const owner = ownerRegion(hub);
  const pair = pairRegion(hub);
  if (!owner?.connected || !pair?.connected) return true;
  return hub.syncSuspended || owner.pairConnected === false || owner.catchingUp === true;
}

export function settled(hub: HubStatus): boolean {
  return hub.state === 'Active' || hub.state === 'FailoverFailed';
}

export function health(status: Status): Health {
  const hubs = status.hubs.filter((hub) => hub.state !== 'Activating' && hub.state !== 'Deleting');
  return {
    serving: hubs.filter((hub) => hub.serving).length,
    unprotected: hubs.filter((hub) => hub.serving && unprotected(hub)).length,
    unavailable: hubs.filter((hub) => !hub.serving).length,
  };
}

/** Of the state alone; whether the pair is ready is another word (hubProtection). */
export function hubTone(hub: HubStatus): Tone {
  if (/fail(ed|ure)/i.test(hub.state)) return 'bad';
  if (hub.state !== 'Active') return 'busy';
  return hub.serving ? 'good' : 'bad';
}

export function needsAttention(hub: HubStatus): boolean {
  return hubTone(hub) !== 'good' || unprotected(hub);
}

/** One or two words beside the state itself. */
export function hubProtection(hub: HubStatus): { tone: Tone; text: string } {
  if (!hub.serving) return { tone: 'bad', text: 'unavailable' };
  if (hub.regions.length < 2) return { tone: 'idle', text: 'no pair' };
  if (!unprotected(hub)) return { tone: 'good', text: 'protected' };
  if (hub.syncSuspended) return { tone: 'warn', text: 'suspended' };
  if (ownerRegion(hub)?.catchingUp) return { tone: 'warn', text: 'catching up' };
  return { tone: 'warn', text: 'unprotected' };
}

export function regionTone(region: RegionStatus): Tone {
  if (!region.connected) return 'bad';
  return region.writable ? 'good' : 'warn';
}

export function regionState(region: RegionStatus): string {
  if (!region.connected) return 'unreachable';
  return region.writable ? 'connected' : 'connected, disk not writable';
}

export function lostRegions(status: Status): RegionStatus[] {
  return status.regions.filter((region) => !region.connected);
}
