import { expect, it } from 'vitest';
import type { LiveMessage } from '../data';
import { arrived, cleared, empty, glance, ofDevice, SHOWN_MAX } from './live';

const message = (offset: number, deviceId = 'd1'): LiveMessage => ({
  partition: 0,
  offset: String(offset),
  sequenceNumber: offset,
  enqueuedTime: '2026-11-21T10:00:00Z',
  deviceId,
  body: '{"t":\n 1}',
  bodyEncoding: 'text',
  properties: {},
  systemProperties: {},
});

it('shows the newest first and keeps the place', () => {
  let live = arrived(empty, { value: [message(1), message(2)], cursor: 'a' });
  live = arrived(live, { value: [message(3)], cursor: 'b' });
  expect(live.rows.map((row) => row.offset)).toEqual(['3', '2', '1']);
  expect(live).toMatchObject({ cursor: 'b', received: 3, dropped: 0 });
  expect(cleared(live)).toMatchObject({ rows: [], cursor: 'b', received: 0 });
});
it('shows a message once', () => {
  const page = { value: [message(1)], cursor: 'a' };
  expect(arrived(arrived(empty, page), page)).toMatchObject({ received: 1 });
});
it('is bounded, and says what it dropped', () => {
  const many = Array.from({ length: SHOWN_MAX + 5 }, (_, i) => message(i));
  const live = arrived(empty, { value: many, cursor: 'a' });
  expect(live.rows).toHaveLength(SHOWN_MAX);
  expect(live.dropped).toBe(5);
  expect(live.rows[0]!.offset).toBe(String(SHOWN_MAX + 4));
});
it('filters by device and shortens bodies', () => {
  const live = arrived(empty, { value: [message(1, 'pump-1'), message(2, 'fan')], cursor: 'a' });
  expect(ofDevice(live.rows, 'pump')).toHaveLength(1);
  expect(ofDevice(live.rows, '')).toHaveLength(2);
  expect(glance(message(1))).toBe('{"t": 1}');
});
