// The list of live messages: bounded, newest first, and whole while it is paused.
import type { LiveMessage } from '../data';

export const SHOWN_MAX = 200;

export interface Row extends LiveMessage {
  key: string;
}

export interface Live {
  rows: Row[];
  cursor: string | null;
  received: number; // since it was started
  dropped: number; // from the list, to keep it short
}

export const empty: Live = { rows: [], cursor: null, received: 0, dropped: 0 };

/** What came, on top. A message that is there already (a page asked for twice) comes once. */
export function arrived(live: Live, page: { value: LiveMessage[]; cursor: string }): Live {
  const known = new Set(live.rows.map((row) => row.key));
  const fresh = page.value
    .map((message) => ({ ...message, key: `${message.partition}/${message.offset}` }))
    .filter((row) => !known.has(row.key));
  if (fresh.length === 0) return { ...live, cursor: page.cursor };
  const rows = [...fresh.reverse(), ...live.rows];
  return {
    rows: rows.slice(0, SHOWN_MAX),
    cursor: page.cursor,
    received: live.received + fresh.length,
    dropped: live.dropped + Math.max(0, rows.length - SHOWN_MAX),
  };
}

export const cleared = (live: Live): Live => ({ ...live, rows: [], received: 0, dropped: 0 });

export const ofDevice = (rows: Row[], prefix: string): Row[] =>
  prefix ? rows.filter((row) => row.deviceId.startsWith(prefix)) : rows;

/** One line of a body, for the list. */
export function glance(message: LiveMessage): string {
  if (message.bodyEncoding === 'base64') return `binary: ${message.body}`;
  return message.body.replace(/\s+/g, ' ').slice(0, 200);
}
