// Numbers of a hub over the last minutes: measured by the service where it has metrics, else
// gathered from the status while the page is open.
import { useEffect, useRef, useState } from 'react';

import { get } from '../api/client';
import type { HubStatus } from '../api/types';
import { useQuery } from '../api/useQuery';
import type { Point } from './logic/chart';

const METRICS_API = 'api-version=2018-01-01';
const SPAN_MS = 30 * 60_000;
const SAMPLES_MAX = 400;

interface MetricsAnswer {
  value: {
    name: { value: string };
    timeseries: { data: { timeStamp: string; total?: number; average?: number }[] }[];
  }[];
}

export type Measured = Record<string, Point[]>;

export function readMetrics(answer: MetricsAnswer): Measured {
  const measured: Measured = {};
  for (const metric of answer.value)
    measured[metric.name.value] = (metric.timeseries[0]?.data ?? []).map((one) => ({
      at: Date.parse(one.timeStamp),
      value: one.total ?? one.average ?? null,
    }));
  return measured;
}

/** undefined while unknown, and where the service has no metrics. */
export function useMetrics(hubId: string, names: string[], aggregation: string) {
  return useQuery<Measured>(
    `metrics ${hubId} ${names.join()} ${aggregation}`,
    async (signal) => {
      const now = Date.now();
      const span = [now - SPAN_MS, now].map((at) => new Date(at).toISOString()).join('/');
      const answer = await get<MetricsAnswer>(
        `${hubId}/providers/Microsoft.Insights/metrics?${METRICS_API}` +
          `&metricnames=${encodeURIComponent(names.join())}&timespan=${encodeURIComponent(span)}` +
          `&interval=PT1M&aggregation=${aggregation}`,
        signal,
      );
      return readMetrics(answer);
    },
    { every: 15_000 },
  );
}

export interface Samples {
  devices: Point[];
  lag: Point[];
}

/** What the status said, each time that it was asked for. */
export function useStatusSamples(status: HubStatus): Samples {
  const kept = useRef<Samples>({ devices: [], lag: [] });
  const [samples, setSamples] = useState(kept.current);
  useEffect(() => {
    const owner = status.regions.find((one) => one.region === status.owner);
    const at = Date.now();
    const add = (points: Point[], value: number | undefined) =>
      [...points, { at, value: owner?.connected && value !== undefined ? value : null }].slice(
        -SAMPLES_MAX,
      );
    kept.current = {
      devices: add(kept.current.devices, owner?.connectedDevices),
      lag: add(kept.current.lag, owner?.lagSeconds),
    };
    setSamples(kept.current);
  }, [status]);
  return samples;
}
