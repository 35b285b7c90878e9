import { expect, test } from 'vitest';

import { bytes, duration, plural, remaining, timeText } from './format';

test('durations are short, and exact where it matters', () => {
  expect(duration(0)).toBe('0 s');
  expect(duration(0.0421)).toBe('42 ms');
  expect(duration(1.26)).toBe('1.3 s');
  expect(duration(59.6)).toBe('1 min 0 s');
  expect(duration(7800)).toBe('2 h 10 min');
  expect(duration(Number.NaN)).toBe('–');
});

test('a countdown never shows less than is left', () => {
  expect(remaining(59.2)).toBe('01:00');
  expect(remaining(3723)).toBe('1:02:03');
  expect(remaining(-5)).toBe('00:00');
});

test('times are local, with UTC beside them, and have their day when it is not today', () => {
  const at = new Date('2026-03-01T12:00:05Z');
  const text = timeText(at, new Date('2026-03-02T12:00:00Z'));
  expect(text.utc).toBe('2026-03-01 12:00:05 UTC');
  expect(timeText(at, new Date('2026-03-01T12:30:00Z')).utc).toBe('12:00:05 UTC');
});

test('sizes and counts', () => {
  expect(bytes(999)).toBe('999 B');
  expect(bytes(1500)).toBe('1.5 kB');
  expect(plural(1, 'hub')).toBe('1 hub');
  expect(plural(12000, 'message')).toBe('12,000 messages');
});
