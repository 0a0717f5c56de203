import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { contest } from '../support/contest.ts';
import { METRICS, PUBLICATIONS } from '../support/emf-work.ts';

const metrics = new Metrics({ namespace: 'Bench', serviceName: 'bench' });
await contest(PUBLICATIONS, (times) => {
  for (let time = 0; time < times; time += 1) {
    metrics.addDimension('tenant', 't-1');
    for (const name of METRICS) metrics.addMetric(name, MetricUnit.Count, time);
    metrics.publishStoredMetrics();
  }
});
