import { expect, it } from 'vitest';
import { defaultMetrics, metricPoints, metricTitle, preferredMetrics, unitFormat } from './metrics';

const definition = (value: string, primaryAggregationType = 'Total', unit = 'Count') => ({
  name: { value, localizedValue: `the ${value}` },
  primaryAggregationType,
  unit,
});

it('puts what matters first and loses nothing', () => {
  const names = ['other', 'connectedDeviceCount', 'd2c.telemetry.ingress.success'];
  expect(
    preferredMetrics(names.map((name) => definition(name))).map((one) => one.name.value),
  ).toEqual([...names].reverse());
  expect(metricTitle(definition('other'))).toBe('the other');
  expect(metricTitle(definition('connectedDeviceCount'))).toBe('Connected devices');
});
it("draws the metric's own aggregation, with gaps", () => {
  const data = [
    { timeStamp: '2026-11-21T10:00:00Z', total: 5, average: 1 },
    { timeStamp: '2026-11-21T10:01:00Z' },
    { timeStamp: '2026-11-21T10:02:00Z', average: 2 },
  ];
  const metric = { name: { value: 'x' }, unit: 'Count', timeseries: [{ data }] };
  expect(metricPoints(metric, definition('x')).map((one) => one.value)).toEqual([5, null, 2]);
  expect(metricPoints(metric, definition('x', 'Average'))[0]!.value).toBe(1);
  expect(metricPoints(undefined, definition('x'))).toEqual([]);
});
it('draws only what the hub has, until more is asked for', () => {
  const some = ['other', 'totalDeviceCount', 'connectedDeviceCount'].map((name) =>
    definition(name),
  );
  expect(defaultMetrics(some)).toEqual(['connectedDeviceCount']);
});
it('knows the units', () => {
  expect(['Count', 'Bytes', 'Seconds'].map(unitFormat)).toEqual(['number', 'bytes', 'seconds']);
});
