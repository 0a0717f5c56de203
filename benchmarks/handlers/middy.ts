import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import secretsManager from '@middy/secrets-manager';
import partialBatchFailure from '@middy/sqs-partial-batch-failure';
import ssm from '@middy/ssm';
import * as z from 'zod/mini';

/* What minimal.ts does, by middy, with Powertools' logger and metrics: it brings none. */
const logger = new Logger({ serviceName: 'bench' });
const metrics = new Metrics({ namespace: 'Bench', serviceName: 'bench' });
const Config = z.object({ taxRate: z.coerce.number(), apiKey: z.string() });
const Order = z.object({ cents: z.int() });

export const handler = middy<{ Records: Array<{ body: string }> }>()
  .use(ssm({ fetchData: { taxRate: '/bench/test/pricing/taxRate' }, setToContext: true }))
  .use(secretsManager({ fetchData: { apiKey: 'bench/test/payments/apiKey' }, setToContext: true }))
  .use(partialBatchFailure())
  .handler(async ({ Records }, context) => {
    const config = Config.parse(context);
    const settled = await Promise.allSettled(
      Records.map(async ({ body }) => {
        const { cents } = Order.parse(JSON.parse(body));
        metrics.addMetric('orderPlaced', MetricUnit.Count, 1);
        logger.info('order placed', { totalCents: cents * (1 + config.taxRate) });
      }),
    );
    metrics.publishStoredMetrics();
    return settled;
  });
