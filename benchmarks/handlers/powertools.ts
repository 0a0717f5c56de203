import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
import * as z from 'zod/mini';

/*
 * The work of minimal.ts with Powertools: it reads one parameter and one secret before the first
 * event, then handles SQS batches.
 */
const logger = new Logger({ serviceName: 'bench' });
const metrics = new Metrics({ namespace: 'Bench', serviceName: 'bench' });
const processor = new BatchProcessor(EventType.SQS);
const Config = z.object({ taxRate: z.coerce.number(), apiKey: z.string() });
const Order = z.object({ cents: z.int() });
const [taxRate, apiKey] = await Promise.all([
  getParameter('/bench/test/pricing/taxRate'),
  getSecret('bench/test/payments/apiKey'),
]);
export const config = Config.parse({ taxRate, apiKey });

const record = async ({ body }: { body: string }) => {
  const { cents } = Order.parse(JSON.parse(body));
  metrics.addMetric('orderPlaced', MetricUnit.Count, 1);
  logger.info('order placed', { totalCents: cents * (1 + config.taxRate) });
};

export const handler = async (event: Parameters<typeof processPartialResponse>[0], context: never) => {
  const answer = await processPartialResponse(event, record as never, processor, { context });
  metrics.publishStoredMetrics();
  return answer;
};
