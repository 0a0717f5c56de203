import { createTestClock } from '@twelvefold/core/testing';
import { expect, it } from 'vitest';
import { DEAD_LETTER_URL, orders, QUEUE_URL } from '../../testing/orders-consumer.ts';
import { createSqsModel } from '../../testing/sqs-model.ts';
import type { SqsConsumerOptions } from '../consumer-options.ts';
import { Drop } from '../drop.ts';
import type { ReceivedMessage } from '../port.ts';
import { createSqsBatchConsumer } from './sqs-batch-consumer.ts';
import { createSqsConsumer } from './sqs-consumer.ts';

const record = (n: number): ReceivedMessage => ({
  messageId: `m-${n}`,
  receiptHandle: `h-${n}`,
  body: n === 3 ? 'no JSON' : JSON.stringify({ n }),
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0' },
  messageAttributes: {},
});

it.each(['queue', 'topic'] as const)('handles the batches of a %s', async (source) => {
  const clock = createTestClock();
  const handled: number[] = [];
  const consumer = createSqsBatchConsumer({
    definition: orders,
    url: QUEUE_URL,
    deadLetterUrl: DEAD_LETTER_URL,
    aws: createSqsModel(clock),
    onEvent: () => undefined,
    component: 'orders',
    clock,
    random: () => 0.5,
    handle: async ({ n }) => {
      handled.push(n);
      if (n === 1) throw new Error('again');
      if (n === 2) throw new Drop('not wanted');
    },
  });
  const { failedMessageIds } = await consumer.handleBatch([0, 1, 2, 3].map(record), { source });
  expect(consumer.name).toBe('consumer:orders');
  expect(handled).toEqual([0, 1, 2]);
  expect(failedMessageIds).toEqual(['m-1']);
});

it('builds no poller, and the poller no batch handler', () => {
  const clock = createTestClock();
  const base = { definition: orders, url: QUEUE_URL, aws: createSqsModel(clock), component: 'orders' };
  const options: SqsConsumerOptions<typeof orders.schema> = { ...base, handle: async () => {} };
  expect(Object.keys(createSqsBatchConsumer(options)).sort()).toEqual(['handleBatch', 'name']);
  expect(Object.keys(createSqsConsumer(options))).not.toContain('handleBatch');
  for (const create of [createSqsBatchConsumer, createSqsConsumer]) {
    expect(() => create({ ...options, url: 'x' })).toThrow(/'url' is not a URL/);
  }
});
