import { createAws } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createSqsBatchConsumer } from '@twelvefold/backing/sqs';
import { defineConfig, env, loadConfig, parameterStore, secret, secretsManager } from '@twelvefold/config';
import type { SqsEvent } from '@twelvefold/lifecycle/internal/lambda';
import { batchResult, lambdaHandler, recordsFromSqs } from '@twelvefold/lifecycle/lambda';
import { createLogger, createMetrics, MetricUnit } from '@twelvefold/logging';
import * as z from 'zod/mini';

/*
 * The smallest function that has it all without an app around it: logger, metrics, config, batch.
 */
const logger = createLogger({ service: 'bench' });
const metrics = createMetrics({ namespace: 'Bench', service: 'bench', logger });
const aws = createAws({ env: process.env });
const definition = defineConfig({
  schema: z.object({
    pricing: z.object({ taxRate: z.coerce.number() }),
    payments: z.object({ apiKey: secret(z.string()) }),
  }),
  sources: [env(), parameterStore(), secretsManager()],
});
const config = await loadConfig(definition, { app: 'bench', stage: 'test', env: process.env, aws });
const consumer = createSqsBatchConsumer({
  definition: queue('orders', { schema: z.object({ cents: z.int() }) }),
  url: process.env.QUEUE_URL ?? 'https://sqs.eu-central-1.amazonaws.com/000000000000/orders',
  aws,
  component: 'orders',
  handle: async ({ cents }) => {
    metrics.addMetric('orderPlaced', MetricUnit.Count, 1);
    logger.info('order placed', { totalCents: cents * (1 + config.pricing.taxRate) });
  },
});

export const handler = lambdaHandler(
  async (event: SqsEvent, { deadline }) => {
    const { failedMessageIds } = await consumer.handleBatch(recordsFromSqs(event), { deadline });
    return batchResult(failedMessageIds);
  },
  { flush: () => metrics.flush() },
);
