import { readString, readStructures } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { invalidValue } from '../errors.ts';
import { requireText } from '../read.ts';
import { metricKey, metricStore } from '../store.ts';

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
