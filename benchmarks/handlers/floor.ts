import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import * as z from 'zod/mini';

/*
 * The work of minimal.ts with Powertools' own logger and metrics, zod and nothing that could be
 * left out: no retries, no credential refresh, no redaction, no scopes. Not for production: it
 * shows the cost of the rest.
 */
const { createHash, createHmac } = process.getBuiltinModule('node:crypto');
const { request } = process.getBuiltinModule('node:http');
const { env } = process;

const logger = new Logger({ serviceName: 'bench' });
const metrics = new Metrics({ namespace: 'Bench', serviceName: 'bench' });

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function call(service: string, target: string, input: object): Promise<unknown> {
  const region = env.AWS_REGION ?? '';
  const url = new URL(env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const now = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = now.slice(0, 8);
  const signed = 'host;x-amz-date;x-amz-target';
  const canonical = `POST\n/\n\nhost:${url.host}\nx-amz-date:${now}\nx-amz-target:${target}\n\n${signed}\n${sha256(body)}`;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const dayKey = hmac(`AWS4${env.AWS_SECRET_ACCESS_KEY}`, day);
  const key = hmac(hmac(hmac(dayKey, region), service), 'aws4_request');
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${now}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-date': now,
    'x-amz-target': target,
    authorization: `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  };
  const sent = request(url, { method: 'POST', headers }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => resolve(JSON.parse(text)));
  });
  sent.once('error', reject).end(body);
  return promise;
}

const Config = z.object({ taxRate: z.coerce.number(), apiKey: z.string() });
const Order = z.object({ cents: z.int() });
const Answer = z.object({ Parameters: z.array(z.object({ Name: z.string(), Value: z.string() })) });
const secret = '/aws/reference/secretsmanager/bench/test/payments/apiKey';
const answer = await call('ssm', 'AmazonSSM.GetParameters', {
  Names: ['/bench/test/pricing/taxRate', secret],
  WithDecryption: true,
});
const { Parameters } = Answer.parse(answer);
const found = (name: string) => Parameters.find(({ Name }) => Name === name)?.Value;
export const config = Config.parse({ taxRate: found('/bench/test/pricing/taxRate'), apiKey: found(secret) });

export const handler = async ({ Records }: { Records: Array<{ messageId: string; body: string }> }) => {
  const failed: string[] = [];
  for (const { messageId, body } of Records) {
    try {
      const { cents } = Order.parse(JSON.parse(body));
      metrics.addMetric('orderPlaced', MetricUnit.Count, 1);
      logger.info('order placed', { totalCents: cents * (1 + config.taxRate) });
    } catch {
      failed.push(messageId);
    }
  }
  metrics.publishStoredMetrics();
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};
