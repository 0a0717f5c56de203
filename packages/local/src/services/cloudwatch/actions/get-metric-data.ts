import { readBoolean, readOneOf, readString, readStructure, readStructures } from '../../../core/input.ts';
import type { Action, CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { combination, invalidValue, missing } from '../errors.ts';
import { readDimensions, requirePeriod, requireText, requireTime } from '../read.ts';
import { byPeriod, statistic } from '../statistics.ts';
import { metricKey, metricStore } from '../store.ts';

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
  return { Id, Label: readString(query, 'Label') ?? name, points, returned: readBoolean(query, 'ReturnData') ?? true };
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
      .map(({ Id, Label, points }) => {
        const ordered = ascending ? points : points.toReversed();
        return {
          Id,
          Label,
          Timestamps: ordered.map(({ atMs }) => atMs / 1000),
          Values: ordered.map(({ value }) => value),
          StatusCode: 'Complete',
        };
      }),
    Messages: [],
  };
};
