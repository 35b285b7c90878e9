// Which metrics are drawn, in which order and under which title.
import type { Metric, MetricDefinition, MetricValue } from '../requests';
import type { Point } from './chart';

const DEFAULT_MAX = 6;

/** What an operator looks at first; what is not here comes after, as the server lists it. */
const first: [string, string][] = [
  ['d2c.telemetry.ingress.success', 'Telemetry messages received'],
  ['connectedDeviceCount', 'Connected devices'],
  ['tandem.replicationLag.records', 'Replication lag, records'],
  ['tandem.replicationLag.seconds', 'Replication lag'],
  ['dailyMessageQuotaUsed', 'Messages used of the day'],
  ['deviceDataUsage', 'Device data usage'],
  ['totalDeviceCount', 'Devices'],
  ['d2c.telemetry.ingress.allProtocol', 'Telemetry messages attempted'],
];

export function metricTitle(definition: MetricDefinition): string {
  const { value, localizedValue } = definition.name;
  return first.find(([name]) => name === value)?.[1] ?? localizedValue ?? value;
}

export function preferredMetrics(definitions: MetricDefinition[]): MetricDefinition[] {
  const place = (one: MetricDefinition) => {
    const index = first.findIndex(([name]) => name === one.name.value);
    return index < 0 ? first.length : index;
  };
  return [...definitions].sort((a, b) => place(a) - place(b));
}

/** What is drawn until the user chooses: of the first ones, those that the hub has. */
export const defaultMetrics = (definitions: MetricDefinition[]): string[] =>
  preferredMetrics(definitions)
    .map((one) => one.name.value)
    .filter((name) => first.slice(0, DEFAULT_MAX).some(([known]) => known === name));

export function unitFormat(unit: string): 'bytes' | 'seconds' | 'number' {
  if (/^bytes/i.test(unit)) return 'bytes';
  return /^seconds/i.test(unit) ? 'seconds' : 'number';
}

/** The value that the metric's own aggregation names; what was not measured is a gap. */
export function metricPoints(metric: Metric | undefined, definition: MetricDefinition): Point[] {
  const key = definition.primaryAggregationType.toLowerCase() as keyof MetricValue;
  return (metric?.timeseries[0]?.data ?? []).map((one) => {
    const value = one[key] ?? one.average ?? one.total ?? one.maximum;
    return { at: Date.parse(one.timeStamp), value: typeof value === 'number' ? value : null };
  });
}
