// Numbers and times as the panes say them, beside components/format.
import { remaining } from '../../components/format';

/** A time that is still to come, to the second; null when it has come. */
export function countdown(until: string, nowMs: number): string | null {
  const left = (Date.parse(until) - nowMs) / 1000;
  return left > 0 ? remaining(left) : null;
}

/** "2026-11-21 15:04:09 UTC", within sentences; nothing for the zero time of the data plane. */
export function utc(text: string | null | undefined): string {
  const at = new Date(text ?? NaN);
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1970) return '';
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
