import { createMetricsLogger, Unit } from 'aws-embedded-metrics';
import { contest } from '../support/contest.ts';
import { METRICS, PUBLICATIONS } from '../support/emf-work.ts';

// AWS_EMF_ENVIRONMENT says Local, so that it prints to standard output: it would send to an agent.
const metrics = createMetricsLogger();
await contest(PUBLICATIONS, async (times) => {
  for (let time = 0; time < times; time += 1) {
    metrics.setDimensions({ tenant: 't-1' });
    for (const name of METRICS) metrics.putMetric(name, time, Unit.Count);
    await metrics.flush();
  }
});
