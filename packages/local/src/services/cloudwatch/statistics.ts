import { invalidValue } from './errors.ts';
import type { DataPoint } from './store.ts';

const PLAIN: Readonly<Record<string, (points: readonly DataPoint[]) => number>> = {
  SampleCount: (points) => total(points, ({ count }) => count),
  Sum: (points) => total(points, ({ sum }) => sum),
  Average: (points) => total(points, ({ sum }) => sum) / total(points, ({ count }) => count),
  Minimum: (points) => Math.min(...points.map(({ min }) => min)),
  Maximum: (points) => Math.max(...points.map(({ max }) => max)),
};

const total = (points: readonly DataPoint[], of: (point: DataPoint) => number) =>
  points.reduce((sum, point) => sum + of(point), 0);

/** The value below which `percent` of the values lie; undefined for points of statistic sets, of which the values are not known. */
function percentile(points: readonly DataPoint[], percent: number): number | undefined {
  const values: Array<readonly [number, number]> = [];
  for (const point of points) {
    if (point.values === undefined) return undefined;
    values.push(...point.values);
  }
  values.sort(([a], [b]) => a - b);
  const rank = (percent / 100) * values.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= rank) return value;
  }
  return values.at(-1)?.[0];
}

/** How to make a statistic by its name: `Sum`, `Average`, `p99.9`... @throws ServiceError `InvalidParameterValueException` */
export function statistic(name: string): (points: readonly DataPoint[]) => number | undefined {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain !== undefined) return plain;
  const percent = Number(/^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1] ?? Number.NaN);
  if (!(percent >= 0 && percent <= 100)) throw invalidValue(`The value ${name} for parameter Stat is not supported.`);
  return (points) => percentile(points, percent);
}

/** The points from `startMs` up to `endMs`, by period, oldest first; periods begin at full multiples. */
export function byPeriod(
  points: readonly DataPoint[],
  {
    startMs,
    endMs,
    periodSeconds,
    unit,
  }: { startMs: number; endMs: number; periodSeconds: number; unit: string | undefined },
): Array<{ readonly atMs: number; readonly points: DataPoint[] }> {
  const periodMs = periodSeconds * 1000;
  const from = Math.floor(startMs / periodMs) * periodMs;
  const periods = new Map<number, DataPoint[]>();
  for (const point of points) {
    if (point.timestampMs < from || point.timestampMs >= endMs || (unit !== undefined && point.unit !== unit)) continue;
    const atMs = Math.floor(point.timestampMs / periodMs) * periodMs;
    periods.set(atMs, [...(periods.get(atMs) ?? []), point]);
  }
  return [...periods].sort(([a], [b]) => a - b).map(([atMs, inPeriod]) => ({ atMs, points: inPeriod }));
}
