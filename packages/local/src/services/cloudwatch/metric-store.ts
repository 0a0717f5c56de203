import { storeKey } from '../../core/stores.ts';

/** The data of one time, as values with the count of each; a statistic set has no values. */
export interface DataPoint {
  readonly timestampMs: number;
  readonly unit: string;
  readonly values: ReadonlyArray<readonly [value: number, count: number]> | undefined;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

interface Metric {
  readonly namespace: string;
  readonly name: string;
  /** By name. */
  readonly dimensions: readonly Dimension[];
  readonly points: DataPoint[];
}

/** By {@link metricKey}. */
export const metricStore = storeKey('monitoring', () => new Map<string, Metric>());

const byName = (a: Dimension, b: Dimension) => (a.Name < b.Name ? -1 : 1);

/** Namespace, name and dimensions are the identity of a metric; their order is not. */
export const metricKey = (namespace: string, name: string, dimensions: readonly Dimension[]) =>
  JSON.stringify([namespace, name, [...dimensions].sort(byName).map(({ Name, Value }) => [Name, Value])]);

/** Adds to a metric, which comes into being with its first point. */
export function addPoint(
  metrics: Map<string, Metric>,
  { namespace, name, dimensions }: Omit<Metric, 'points'>,
  point: DataPoint,
): void {
  const key = metricKey(namespace, name, dimensions);
  const metric = metrics.get(key) ?? { namespace, name, dimensions: [...dimensions].sort(byName), points: [] };
  metric.points.push(point);
  metrics.set(key, metric);
}

/** A point of values, each with how often it came. */
export function pointOf(
  timestampMs: number,
  unit: string,
  values: ReadonlyArray<readonly [value: number, count: number]>,
): DataPoint {
  return {
    timestampMs,
    unit,
    values,
    count: values.reduce((sum, [, count]) => sum + count, 0),
    sum: values.reduce((sum, [value, count]) => sum + value * count, 0),
    min: values.reduce((least, [value]) => Math.min(least, value), Number.POSITIVE_INFINITY),
    max: values.reduce((most, [value]) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  };
}
