import { readBoolean, readOneOf, readString, readStrings, readStructure, readStructures } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { combination, invalidValue, missing } from './errors.ts';
import type { DataPoint, Dimension } from './metric-store.ts';
import { metricKey, metricStore } from './metric-store.ts';

const PLAIN: Readonly<Record<string, (points: readonly DataPoint[]) => number>> = {
  SampleCount: (points) => total(points, ({ count }) => count),
  Sum: (points) => total(points, ({ sum }) => sum),
  Average: (points) => total(points, ({ sum }) => sum) / total(points, ({ count }) => count),
  Minimum: (points) => Math.min(...points.map(({ min }) => min)),
  Maximum: (points) => Math.max(...points.map(({ max }) => max)),
};

const total = (points: readonly DataPoint[], of: (point: DataPoint) => number) =>
  points.reduce((sum, point) => sum + of(point), 0);

/**
 * The value below which `percent` of the values lie; undefined for points of statistic sets, of
 * which the values are not known.
 */
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

/**
 * How to make a statistic by its name: `Sum`, `Average`, `p99.9`...
 *
 * @throws ServiceError `InvalidParameterValueException`
 */
function statistic(name: string): (points: readonly DataPoint[]) => number | undefined {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain !== undefined) return plain;
  const percent = Number(/^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1] ?? Number.NaN);
  if (!(percent >= 0 && percent <= 100)) throw invalidValue(`The value ${name} for parameter Stat is not supported.`);
  return (points) => percentile(points, percent);
}

/**
 * The points from `startMs` up to `endMs`, by period, oldest first; periods begin at full
 * multiples.
 */
function byPeriod(
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

type Input = Readonly<Record<string, unknown>>;

const MAX_DIMENSIONS = 30;

/** A string that must be there. @throws ServiceError in CloudWatch's words */
export function requireText(input: Input, name: string, max = 255): string {
  const value = readString(input, name);
  if (value === undefined) throw missing(name);
  if (value.length < 1 || value.length > max) {
    throw invalidValue(`The parameter ${name} must be between 1 and ${max} characters long.`);
  }
  return value;
}

/** @throws ServiceError `InvalidParameterValueException` */
export function readDimensions(input: Input): Dimension[] {
  const dimensions = readStructures(input, 'Dimensions') ?? [];
  if (dimensions.length > MAX_DIMENSIONS) {
    throw invalidValue(`The collection Dimensions must not have a size greater than ${MAX_DIMENSIONS}.`);
  }
  return dimensions.map((item) => ({ Name: requireText(item, 'Name'), Value: requireText(item, 'Value', 1024) }));
}

/** Milliseconds of a time that came as seconds (JSON, CBOR) or as ISO 8601. */
export function readTime(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(ms)) throw invalidValue(`The parameter ${name} must be a timestamp.`);
  return ms;
}

function requireTime(input: Input, name: string): number {
  const ms = readTime(input, name);
  if (ms === undefined) throw missing(name);
  return ms;
}

export function readNumber(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw invalidValue(`The value ${typeof value === 'number' ? value : 'given'} for parameter ${name} is invalid.`);
  }
  return value;
}

/** Seconds: 1, 5, 10, 20, 30 or a multiple of 60. */
function requirePeriod(input: Input): number {
  const period = readNumber(input, 'Period');
  if (period === undefined) throw missing('Period');
  if (![1, 5, 10, 20, 30].includes(period) && !(period >= 60 && period % 60 === 0)) {
    throw invalidValue('The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.');
  }
  return period;
}

const MAX_QUERIES = 500;

function resultOf(query: Record<string, unknown>, span: { startMs: number; endMs: number }, { stores }: CallContext) {
  const Id = requireText(query, 'Id');
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(Id)) {
    throw invalidValue(`The value ${Id} for parameter Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`);
  }
  if (readString(query, 'Expression') !== undefined) {
    throw new ServiceError(
      'NotImplemented',
      'Cannot answer a metric expression: the local endpoint does not implement it',
      { status: 501 },
    );
  }
  const stat = readStructure(query, 'MetricStat');
  const metric = stat && readStructure(stat, 'Metric');
  if (stat === undefined || metric === undefined) throw missing('MetricDataQueries.MetricStat.Metric');
  const name = requireText(metric, 'MetricName');
  const key = metricKey(requireText(metric, 'Namespace'), name, readDimensions(metric));
  const make = statistic(requireText(stat, 'Stat'));
  const periods = byPeriod(stores.get(metricStore).get(key)?.points ?? [], {
    ...span,
    periodSeconds: requirePeriod(stat),
    unit: readString(stat, 'Unit'),
  });
  const points = periods.flatMap(({ atMs, points: inPeriod }) => {
    const value = make(inPeriod);
    return value === undefined ? [] : [{ atMs, value }];
  });
  return {
    Id,
    label: readString(query, 'Label'),
    name,
    stat: requireText(stat, 'Stat'),
    period: requirePeriod(stat),
    points,
    returned: readBoolean(query, 'ReturnData') ?? true,
  };
}

type Result = ReturnType<typeof resultOf>;

/**
 * Without a label the metric's name, and what differs among those of the same name: `m Sum 60`
 * (recorded on AWS).
 */
function labelOf(result: Result, all: readonly Result[]): string {
  if (result.label !== undefined) return result.label;
  const same = all.filter(({ label, name }) => label === undefined && name === result.name);
  const differs = (part: 'stat' | 'period') => same.some((other) => other[part] !== result[part]);
  return [result.name, ...(differs('stat') ? [result.stat] : []), ...(differs('period') ? [result.period] : [])].join(
    ' ',
  );
}

export const getMetricData: Action = (input, context) => {
  context.touches('*', 'cloudwatch:GetMetricData');
  const queries = readStructures(input, 'MetricDataQueries');
  if (queries === undefined) throw missing('MetricDataQueries');
  if (queries.length > MAX_QUERIES) {
    throw invalidValue(`The collection MetricDataQueries must not have a size greater than ${MAX_QUERIES}.`);
  }
  const span = { startMs: requireTime(input, 'StartTime'), endMs: requireTime(input, 'EndTime') };
  if (span.startMs >= span.endMs) {
    throw combination('The parameter StartTime must be less than the parameter EndTime.');
  }
  const ascending = readOneOf(input, 'ScanBy', ['TimestampDescending', 'TimestampAscending']) === 'TimestampAscending';
  const results = queries.map((query) => resultOf(query, span, context));
  if (new Set(results.map(({ Id }) => Id)).size < results.length) {
    throw invalidValue('The values for parameter id in MetricDataQueries are not unique.');
  }
  return {
    MetricDataResults: results
      .filter(({ returned }) => returned)
      .map((result) => {
        const { Id, points } = result;
        const ordered = ascending ? points : points.toReversed();
        return {
          Id,
          Label: labelOf(result, results),
          Timestamps: ordered.map(({ atMs }) => atMs / 1000),
          Values: ordered.map(({ value }) => value),
          StatusCode: 'Complete',
        };
      }),
    Messages: [],
  };
};

const MAX_POINTS = 1440;

export const getMetricStatistics: Action = (input, { stores, touches }) => {
  touches('*', 'cloudwatch:GetMetricStatistics');
  const name = requireText(input, 'MetricName');
  const key = metricKey(requireText(input, 'Namespace'), name, readDimensions(input));
  const [startMs, endMs] = [requireTime(input, 'StartTime'), requireTime(input, 'EndTime')];
  if (startMs >= endMs) throw combination('The parameter StartTime must be less than the parameter EndTime.');
  const periodSeconds = requirePeriod(input);
  const plain = readStrings(input, 'Statistics') ?? [];
  const extended = readStrings(input, 'ExtendedStatistics') ?? [];
  if (plain.length + extended.length === 0) {
    throw combination('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
  }
  const statistics = [...plain, ...extended].map((wanted) => ({ wanted, make: statistic(wanted) }));
  const unit = readString(input, 'Unit');
  const all = stores.get(metricStore).get(key)?.points ?? [];
  // Points of different units stay apart (recorded on AWS).
  const units = new Set(all.map((point) => point.unit).filter((each) => unit === undefined || each === unit));
  const periods = [...units].flatMap((each) => byPeriod(all, { startMs, endMs, periodSeconds, unit: each }));
  periods.sort((a, b) => a.atMs - b.atMs);
  if (periods.length > MAX_POINTS) {
    throw combination(
      `You have requested up to ${periods.length} datapoints, which exceeds the limit of ${MAX_POINTS}.`,
    );
  }
  return {
    Label: name,
    Datapoints: periods.map(({ atMs, points }) => {
      const values = statistics.map(({ wanted, make }) => [wanted, make(points)] as const);
      const among = (names: readonly string[]) =>
        Object.fromEntries(values.filter(([wanted]) => names.includes(wanted)));
      return {
        Timestamp: atMs / 1000,
        Unit: points[0]?.unit,
        ...among(plain),
        ...(extended.length > 0 ? { ExtendedStatistics: among(extended) } : {}),
      };
    }),
  };
};
