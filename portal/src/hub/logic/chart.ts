// Where the lines and ticks of a chart go. Times are milliseconds, values are what was measured.

export interface Point {
  at: number;
  value: number | null;
}

/** Round numbers from 0 to at least `most`, at most five steps. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((one) => one >= rough - 1e-12)!;
  const out: number[] = [];
  for (let i = 0; i <= Math.ceil(most / step - 1e-9); i++)
    out.push(Number((i * step).toPrecision(12)));
  return out;
}

/** SVG path data; a gap in the data is a gap in the line, and a lone point a short stroke. */
export function linePath(
  points: Point[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let open = false;
  points.forEach((point, i) => {
    if (point.value === null) {
      open = false;
      return;
    }
    const [px, py] = [x(point.at).toFixed(1), y(point.value).toFixed(1)];
    path += `${open ? 'L' : 'M'}${px} ${py}`;
    if (!open && (i + 1 === points.length || points[i + 1]!.value === null)) path += 'h0.1';
    open = true;
  });
  return path;
}

export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trimmed(value / 1e9)}G`;
  if (size >= 1e6) return `${trimmed(value / 1e6)}M`;
  if (size >= 1e4) return `${trimmed(value / 1e3)}k`;
  return trimmed(value);
}
const trimmed = (value: number) => String(Number(value.toPrecision(3)));

export interface Span {
  title: string;
  minutes: number;
  interval: string;
}
export const spans: Span[] = [
  { title: 'Last 30 minutes', minutes: 30, interval: 'PT1M' },
  { title: 'Last hour', minutes: 60, interval: 'PT1M' },
  { title: 'Last 6 hours', minutes: 360, interval: 'PT5M' },
  { title: 'Last 24 hours', minutes: 1440, interval: 'PT15M' },
];

/** The request's timespan: whole minutes, so that the last value is a complete one. */
export function timespan(span: Span, nowMs: number): string {
  const end = Math.floor(nowMs / 60_000) * 60_000;
  const text = (at: number) => new Date(at).toISOString().slice(0, 19) + 'Z';
  return `${text(end - span.minutes * 60_000)}/${text(end)}`;
}
