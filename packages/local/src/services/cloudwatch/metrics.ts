import { readString, readStructure, readStructures } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { pageByKey } from '../page.ts';
import { combination, invalidValue, missing } from './errors.ts';
import type { DataPoint } from './metric-store.ts';
import { addPoint, metricKey, metricStore, pointOf } from './metric-store.ts';
import { readDimensions, readNumber, readTime, requireText } from './statistics.ts';

type Input = Readonly<Record<string, unknown>>;

// Limits: API reference, PutMetricData and MetricDatum.
const MAX_METRICS = 1000;
const MAX_VALUES = 150;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

function readNumbers(datum: Input, name: string): number[] | undefined {
  const list = datum[name] ?? undefined;
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length > MAX_VALUES || !list.every((item) => Number.isFinite(item))) {
    throw invalidValue(`The parameter ${name} must be a list of at most ${MAX_VALUES} numbers.`);
  }
  return list;
}

/**
 * The members that a datum may not have together. Texts and codes were recorded on AWS;
 * `StatisticValues` count before `Values`.
 */
function checkValues(datum: Input, index: number): void {
  const at = (name: string) => `MetricData.member.${index + 1}.${name}`;
  const has = (name: string) => (datum[name] ?? undefined) !== undefined;
  const exclusive = (first: string, second: string) =>
    combination(`The parameters ${at(first)} and ${at(second)} are mutually exclusive and you have specified both.`);
  if (has('Value') && has('Values')) throw exclusive('Value', 'Values');
  if (has('Value') && has('StatisticValues')) throw exclusive('Value', 'StatisticValues');
  const sizes = ['Values', 'Counts'].map((name) => (Array.isArray(datum[name]) ? datum[name].length : undefined));
  if (sizes[1] !== undefined && sizes[0] !== sizes[1]) {
    throw invalidValue(`The parameters ${at('Values')} and ${at('Counts')} must be of the same size.`);
  }
}

function readPoint(datum: Input, timestampMs: number): DataPoint {
  const unit = readString(datum, 'Unit') ?? 'None';
  const value = readNumber(datum, 'Value');
  const values = readNumbers(datum, 'Values');
  const set = readStructure(datum, 'StatisticValues');
  if (value === undefined && values === undefined && set === undefined) {
    throw combination('Exactly one of the parameters Value, Values and StatisticValues must be given.');
  }
  if (value !== undefined) return pointOf(timestampMs, unit, [[value, 1]]);
  if (values !== undefined && set === undefined) {
    const counts = readNumbers(datum, 'Counts') ?? values.map(() => 1);
    return pointOf(
      timestampMs,
      unit,
      values.map((item, index) => [item, counts[index] ?? 1] as const),
    );
  }
  const read = (name: string) => {
    const number = readNumber(set ?? {}, name);
    if (number === undefined) throw missing(`StatisticValues.${name}`);
    return number;
  };
  return {
    timestampMs,
    unit,
    values: undefined,
    count: read('SampleCount'),
    sum: read('Sum'),
    min: read('Minimum'),
    max: read('Maximum'),
  };
}

export const putMetricData: Action = (input, { stores, clock, touches }) => {
  touches('*', 'cloudwatch:PutMetricData');
  const namespace = requireText(input, 'Namespace');
  if (namespace.startsWith('AWS/')) throw invalidValue('The value AWS/ for parameter Namespace is invalid.');
  const data = readStructures(input, 'MetricData');
  if (data === undefined) throw missing('MetricData');
  if (data.length > MAX_METRICS) {
    throw invalidValue(`The collection MetricData must not have a size greater than ${MAX_METRICS}.`);
  }
  const now = clock.now();
  const read = data.map((datum, index) => {
    checkValues(datum, index);
    const timestampMs = readTime(datum, 'Timestamp') ?? now;
    if (timestampMs < now - OLDEST_MS || timestampMs > now + NEWEST_MS) {
      throw invalidValue('The parameter Timestamp must be at most two weeks in the past and two hours in the future.');
    }
    const metric = { namespace, name: requireText(datum, 'MetricName'), dimensions: readDimensions(datum) };
    return { metric, point: readPoint(datum, timestampMs) };
  });
  for (const { metric, point } of read) addPoint(stores.get(metricStore), metric, point);
};

const PAGE = 500;

export const listMetrics: Action = (input, { stores, touches }) => {
  touches('*', 'cloudwatch:ListMetrics');
  const namespace = readString(input, 'Namespace');
  const metricName = readString(input, 'MetricName');
  const wanted = (readStructures(input, 'Dimensions', { max: 10 }) ?? []).map((filter) => ({
    name: requireText(filter, 'Name'),
    value: readString(filter, 'Value'),
  }));
  const matching = [...stores.get(metricStore).values()].filter(
    (metric) =>
      (namespace === undefined || metric.namespace === namespace) &&
      (metricName === undefined || metric.name === metricName) &&
      wanted.every(({ name, value }) =>
        metric.dimensions.some(({ Name, Value }) => Name === name && (value === undefined || Value === value)),
      ),
  );
  const page = pageByKey(
    matching,
    (metric) => metricKey(metric.namespace, metric.name, metric.dimensions),
    PAGE,
    readString(input, 'NextToken'),
    () => invalidValue('The value for parameter NextToken is invalid.'),
  );
  return {
    Metrics: page.items.map((metric) => ({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: metric.dimensions,
    })),
    NextToken: page.next,
  };
};
