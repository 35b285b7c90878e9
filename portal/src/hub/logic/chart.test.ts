import { expect, it } from 'vitest';
import { linePath, shortNumber, spans, ticks, timespan } from './chart';

it('draws round ticks that reach the top', () => {
  expect(ticks(0)).toEqual([0, 1]);
  expect(ticks(4)).toEqual([0, 1, 2, 3, 4]);
  expect(ticks(0.37)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
  for (const most of [1, 3, 7, 12, 99, 101, 12345, 0.003]) {
    const all = ticks(most);
    expect(all[all.length - 1]).toBeGreaterThanOrEqual(most);
    expect(all.length).toBeLessThanOrEqual(6);
  }
});
it('leaves a gap where nothing was measured', () => {
  const same = (n: number) => n;
  const at = (value: number | null, i: number) => ({ at: i, value });
  expect(linePath([1, 2, null, 3].map(at), same, same)).toBe('M0.0 1.0L1.0 2.0M3.0 3.0h0.1');
});
it('shortens numbers', () => {
  expect([0, 1.2345, 9999, 12_345, 1_500_000, 3e9].map(shortNumber)).toEqual([
    '0',
    '1.23',
    '10000',
    '12.3k',
    '1.5M',
    '3G',
  ]);
});
it('asks for whole minutes', () => {
  expect(timespan(spans[0]!, Date.parse('2026-11-21T10:00:42Z'))).toBe(
    '2026-11-21T09:30:00Z/2026-11-21T10:00:00Z',
  );
});
