// A pair of keys, renewed one at a time so that clients can move from the one to the other.
import { newKey } from '../logic/identity';

export type KeyChange = 'primary' | 'secondary' | 'swap';

interface Keys {
  primaryKey?: string | null;
  secondaryKey?: string | null;
}

const freshKey = () => newKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));

export function changedKeys<T extends Keys>(keys: T, change: KeyChange): T {
  if (change === 'swap')
    return { ...keys, primaryKey: keys.secondaryKey, secondaryKey: keys.primaryKey };
  return { ...keys, [`${change}Key`]: freshKey() };
}
