import { randomUUID } from 'node:crypto';
import { createAws, sqs } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createSqsConsumer } from '@twelvefold/backing/sqs';
import { provision, startLocalAws } from '@twelvefold/local';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { until } from '../support/until.ts';
import { TRANSPORT } from './support/transport.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

it('takes messages of producers that know nothing of us, and moves their poison whole', async () => {
  const local = await startLocalAws();
  onTestFinished(() => local.close());
  const name = `foreign-${randomUUID().slice(0, 8)}`;
  const make = (suffix: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}${suffix}` } });
  const { outputs } = await provision(
    {
      Resources: { Orders: make(''), Dead: make('-dead-letter') },
      Outputs: { orders: { Value: { Ref: 'Orders' } }, dead: { Value: { Ref: 'Dead' } } },
    },
    { endpoint: local.url, region, credentials },
  );
  const [url, deadLetterUrl] = [outputs.orders ?? '', outputs.dead ?? ''];
  const aws = createAws({ env: TRANSPORT, endpoint: local.url, region, credentials });
  const send = (MessageBody: string, MessageAttributes = {}) =>
    aws.call(sqs, 'SendMessage', { QueueUrl: url, MessageBody, MessageAttributes }, { access: 'write' });
  const own = {
    picture: { DataType: 'Binary.png', BinaryValue: new Uint8Array([0, 255, 128]) },
    'weight.kg': { DataType: 'Number.float', StringValue: '1.50' },
    mood: { DataType: 'String', StringValue: '🚀' },
  };
  const seen: unknown[] = [];
  const consumer = createSqsConsumer({
    definition: queue('orders', { schema: z.object({ n: z.number() }) }),
    url,
    deadLetterUrl,
    aws,
    component: 'orders',
    handle: async ({ n }, { attributes }) => void seen.push([n, attributes]),
  });
  await consumer.start();
  onTestFinished(() => consumer[Symbol.asyncDispose]());
  await send('{"n":1}');
  await send('{"n":2}', own);
  await send('no JSON', own);
  await send(' ');
  await until(
    'the good ones are handled',
    () => seen.length,
    (count) => count === 2,
  );
  expect(seen.toSorted()).toEqual([
    [1, {}],
    [2, { 'weight.kg': '1.50', mood: '🚀' }],
  ]);
  const dead = new Map<string, object>();
  await until(
    'the others are moved',
    async () => {
      const input = { QueueUrl: deadLetterUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 };
      const { Messages = [] } = await aws.call(sqs, 'ReceiveMessage', input, { access: 'write' });
      for (const { Body = '', MessageAttributes = {} } of Messages) dead.set(Body, MessageAttributes);
      return dead.size;
    },
    (count) => count === 2,
  );
  expect(dead.get('no JSON')).toMatchObject({ ...own, reason: { StringValue: '(message): body is not JSON' } });
  expect(Object.keys(dead.get(' ') ?? {}).toSorted()).toEqual([
    'correlationId',
    'errorFingerprint',
    'reason',
    'sourceQueue',
  ]);
});
