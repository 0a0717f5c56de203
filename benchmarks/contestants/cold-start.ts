import { finish } from '../support/contest.ts';
import { LAMBDA_CONTEXT } from '../support/sqs-event.ts';

/*
 * A fresh process: from before the bundle is imported until its first answer, config loaded on the
 * way. No figure contains Node's own start; on Lambda, the runtime has started Node before the
 * import as well.
 */
const [path = ''] = process.argv.slice(2);
const event = {
  Records: [
    {
      messageId: 'm-1',
      receiptHandle: 'h-1',
      body: '{"cents":100}',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1763806272345' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:bench',
      awsRegion: 'eu-central-1',
    },
  ],
};
const cpu = process.cpuUsage();
const begun = performance.now();
const bundle = (await import(path)) as {
  handler(event: unknown, context: unknown): Promise<{ batchItemFailures: unknown[] }>;
};
const { batchItemFailures } = await bundle.handler(event, LAMBDA_CONTEXT);
const { user, system } = process.cpuUsage(cpu);
const wallUs = (performance.now() - begun) * 1_000;
if (batchItemFailures.length > 0) throw new Error('Cannot measure: the record failed');
finish({ operations: 1, cpuUs: user + system, wallUs });
