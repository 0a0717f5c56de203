import { randomUUID } from 'node:crypto';
import { createAws } from '@twelvefold/aws';
import { filtered, queue, topic } from '@twelvefold/backing';
import { createSnsPublisher } from '@twelvefold/backing/sns';
import { createSqsConsumer } from '@twelvefold/backing/sqs';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { until } from '../support/until.ts';
import { TRANSPORT } from './support/transport.ts';

const foreign = process.env.AWS_ENDPOINT_URL;
const region = process.env.AWS_REGION ?? 'eu-west-1';
const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'test',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
};
let local: LocalAws | undefined;
let endpoint: string;
beforeAll(async () => {
  local = foreign === undefined ? await startLocalAws() : undefined;
  endpoint = foreign ?? local?.url ?? '';
});
afterAll(() => local?.close());

const Booking = z.discriminatedUnion('type', [
  z.object({ type: z.literal('booked'), account: z.string(), n: z.number() }),
  z.object({ type: z.literal('closed'), account: z.string(), n: z.number(), reason: z.string() }),
]);
const Booked = z.object({ type: z.literal('booked'), account: z.string(), n: z.number() });
const bookings = topic('bookings', { schema: Booking, fifo: { group: 'account' }, filters: ['type', 'n'] });
const late = filtered(bookings, { type: 'booked', n: { from: 50 } });
const lateBookings = queue('late-bookings', { schema: Booked, fifo: true, subscribe: [late] });

// The properties are those that @twelvefold/cdk gives a manifest of these definitions (its
// data.test.ts).
it('delivers what passes the filter, group by group in order, from a FIFO topic to a FIFO queue', async () => {
  const name = `contract-${randomUUID().slice(0, 8)}`;
  const arn = { 'Fn::GetAtt': ['Queue', 'Arn'] };
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Topic' } } },
  };
  const { outputs } = await provision(
    {
      Resources: {
        Topic: {
          Type: 'AWS::SNS::Topic',
          Properties: { TopicName: `${name}.fifo`, FifoTopic: true, FifoThroughputScope: 'MessageGroup' },
        },
        Queue: {
          Type: 'AWS::SQS::Queue',
          Properties: {
            QueueName: `${name}.fifo`,
            FifoQueue: true,
            DeduplicationScope: 'messageGroup',
            FifoThroughputLimit: 'perMessageGroupId',
          },
        },
        Policy: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: 'Queue' }],
            PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
          },
        },
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          DependsOn: ['Policy'],
          Properties: {
            TopicArn: { Ref: 'Topic' },
            Protocol: 'sqs',
            Endpoint: arn,
            RawMessageDelivery: true,
            FilterPolicy: late.filter,
            FilterPolicyScope: 'MessageAttributes',
          },
        },
      },
      Outputs: { Url: { Value: { Ref: 'Queue' } }, Arn: { Value: { Ref: 'Topic' } } },
    },
    { endpoint, region, credentials },
  );
  const aws = createAws({ env: TRANSPORT, endpoint, region, credentials });
  const publisher = createSnsPublisher({ definition: bookings, arn: outputs.Arn ?? '', aws });
  const messages = Array.from({ length: 100 }, (_, n) =>
    n % 10 === 9
      ? { type: 'closed' as const, account: `a-${n % 7}`, n, reason: 'moved' }
      : { type: 'booked' as const, account: `a-${n % 7}`, n },
  );
  const results = await publisher.publishAll(messages);
  expect(results.filter(({ ok }) => !ok)).toEqual([]);

  const seen: Array<{ account: string; n: number }> = [];
  const consumer = createSqsConsumer({
    definition: lateBookings,
    url: outputs.Url ?? '',
    aws,
    component: 'contract',
    handle: async ({ account, n }) => void seen.push({ account, n }),
  });
  await consumer.start();
  const wanted = messages.filter(({ type, n }) => type === 'booked' && n >= 50);
  await until(
    'everything that passes is handled',
    async () => seen.length,
    (count) => count >= wanted.length,
    20_000,
  );
  await consumer.drain();
  await consumer.stop();
  for (let account = 0; account < 7; account += 1) {
    const of = (list: ReadonlyArray<{ account: string; n: number }>) =>
      list.filter((one) => one.account === `a-${account}`).map(({ n }) => n);
    expect(of(seen)).toEqual(of(wanted));
  }
});
