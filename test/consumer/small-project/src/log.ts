import { runInScope } from '@twelvefold/lifecycle';
import { createLogger, createMetrics, MetricUnit } from '@twelvefold/logging';

const logger = createLogger({ service: 'orders' });
const metrics = createMetrics({ namespace: 'Orders', service: 'orders', logger, redactor: logger.redactor });
await runInScope({ kind: 'task', component: 'report' }, () => {
  logger.info('Report made', { pages: 3 });
  metrics.addMetric('reports', MetricUnit.Count, 1);
});
await logger.flush();
