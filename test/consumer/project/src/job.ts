import { ssm } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { createSqsConsumer, createSqsSender } from '@twelvefold/backing/sqs';
import { loadConfig } from '@twelvefold/config';
import { runInScope } from '@twelvefold/lifecycle';
import { launchFunction, provision, startLocalAws } from '@twelvefold/local';
import { createLogger } from '@twelvefold/logging';
import { readFile } from 'node:fs/promises';
import { bindings } from 'twelvefold';
import { testContext } from 'twelvefold/testing';
import { app, countTotals, jobConsumer } from './app.js';

/*
 * What a user of the packages does, once: node job.js <built Lambda entry of the task>. Prints what
 * came of it as JSON.
 */
const [entry = ''] = process.argv.slice(2);
const stage = 'test';
const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const settings = { PRICING_TAX_RATE: '0.19', PAYMENTS_API_KEY: 'not-to-be-printed' };

await using local = await startLocalAws();
const stack = await provision(JSON.parse(await readFile('template.json', 'utf8')), {
  endpoint: local.url,
  region,
  credentials,
  parameters: { Stage: stage },
});
const env = {
  ...settings,
  TWELVEFOLD_STAGE: stage,
  AWS_ENDPOINT_URL: local.url,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
};
const aws = createAws({ env });

if (app.config === undefined) throw new Error('Cannot run the job: the app has no config');
const config = await loadConfig(app.config, { app: app.name, stage, env });
const lines: string[] = [];
const logger = createLogger({ service: app.name, write: (line) => lines.push(line) });
logger.redactor.add(config.payments.apiKey.reveal());

const bound = new Map<string, string>();
for (const { key, parameter } of bindings(app, stage)) {
  const { Parameters = [] } = await aws.call(ssm, 'GetParameters', { Names: [parameter] }, { access: 'read' });
  bound.set(key, Parameters[0]?.Value ?? '');
}
const totals = createDynamoDbTable({ definition: app.backing.totals, name: bound.get('totals') ?? '', aws });
const context = testContext(app, { backing: { totals }, config });

const url = bound.get('jobs') ?? '';
const handled = Promise.withResolvers<string>();
const consumer = createSqsConsumer({
  definition: app.backing.jobs,
  url,
  aws,
  component: jobConsumer.name,
  handle: async (job, _info, scope) => {
    await jobConsumer.handler(job, context);
    logger.info(`handled ${job.id} with ${config.payments.apiKey.reveal()}`);
    handled.resolve(scope.correlationId);
  },
});
await consumer.start();
const sender = createSqsSender({ definition: app.backing.jobs, url, aws });
await runInScope({ kind: 'task', component: 'job', correlationId: 'from-the-sender' }, async () => {
  await sender.send({ id: 'a', cents: 1_000 });
});
const correlationId = await handled.promise;
await consumer.quiesce();
await consumer.drain();
await consumer.stop();

const counted = await countTotals.handler({ atLeastCents: 1 }, context);
const fn = await launchFunction({ name: 'tasks', entry, region, env, timeoutMs: 20_000 });
const invoked = await fn.invoke({ task: 'count-totals', params: { atLeastCents: 5_000 } });
await fn.stop();

const line: { message?: string; correlation_id?: string } = JSON.parse(lines[0] ?? '{}');
console.log(
  JSON.stringify({
    created: stack.resources.filter(({ created }) => created).map(({ type }) => type),
    config: { taxRate: config.pricing.taxRate, apiKey: `${config.payments.apiKey}` },
    correlationId,
    log: { message: line.message, correlationId: line.correlation_id },
    row: await totals.get('a'),
    counted,
    invoked: invoked.error ?? invoked.payload,
  }),
);
