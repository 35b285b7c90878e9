import { expect, it } from 'vitest';
import { countdown, median, utc } from './words';

it('counts down to the second and then stops', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  expect(countdown('2026-11-21T10:59:07Z', now)).toBe('59:07');
  expect(countdown('2026-11-21T11:02:09Z', now)).toBe('1:02:09');
  expect(countdown('2026-11-21T10:00:00Z', now)).toBeNull();
  expect(countdown('soon', now)).toBeNull();
});
it('shows times in UTC, and nothing for the zero time', () => {
  expect(utc('2026-11-21T10:59:07.123Z')).toBe('2026-11-21 10:59:07 UTC');
  expect(utc('0001-01-01T00:00:00Z')).toBe('');
  expect(utc(null)).toBe('');
});
it('takes the middle', () => {
  expect(median([])).toBeNull();
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1])).toBe(2.5);
});
