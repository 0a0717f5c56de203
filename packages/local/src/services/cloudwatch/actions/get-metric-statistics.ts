import { readString, readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { combination } from '../errors.ts';
import { readDimensions, requirePeriod, requireText, requireTime } from '../read.ts';
import { byPeriod, statistic } from '../statistics.ts';
import { metricKey, metricStore } from '../store.ts';

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
  const made = [...plain, ...extended].map((wanted) => ({ wanted, make: statistic(wanted) }));
  const unit = readString(input, 'Unit');
  const periods = byPeriod(stores.get(metricStore).get(key)?.points ?? [], { startMs, endMs, periodSeconds, unit });
  if (periods.length > MAX_POINTS) {
    throw combination(
      `You have requested up to ${periods.length} datapoints, which exceeds the limit of ${MAX_POINTS}.`,
    );
  }
  return {
    Label: name,
    Datapoints: periods.map(({ atMs, points }) => {
      const values = made.map(({ wanted, make }) => [wanted, make(points)] as const);
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
