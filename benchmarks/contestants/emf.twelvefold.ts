import { createMetrics, MetricUnit } from '@twelvefold/logging';
import { contest } from '../support/contest.ts';
import { METRICS, PUBLICATIONS } from '../support/emf-work.ts';

const metrics = createMetrics({ namespace: 'Bench', service: 'bench' });
await contest(PUBLICATIONS, (times) => {
  for (let time = 0; time < times; time += 1) {
    metrics.addDimension('tenant', 't-1');
    for (const name of METRICS) metrics.addMetric(name, MetricUnit.Count, time);
    metrics.publishStoredMetrics();
  }
});
