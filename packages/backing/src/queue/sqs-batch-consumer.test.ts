import { expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { DEAD_LETTER_URL, orders, QUEUE_URL } from '../testing/orders-consumer.ts';
import { createSqsModel } from '../testing/sqs-model.ts';
import { Drop } from './drop.ts';
import type { ReceivedMessage } from './port.ts';
import { createSqsBatchConsumer } from './sqs-batch-consumer.ts';
import { createSqsConsumer } from './sqs-consumer.ts';
import type { SqsConsumerOptions } from './sqs-consumer-parts.ts';

const record = (n: number): ReceivedMessage => ({
  messageId: `m-${n}`,
  receiptHandle: `h-${n}`,
  body: n === 3 ? 'no JSON' : JSON.stringify({ n }),
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0' },
  messageAttributes: {},
});

it.each(['queue', 'topic'] as const)('takes the batches of a %s as the whole consumer does', async (source) => {
  const both = [createSqsBatchConsumer, createSqsConsumer] as const;
  const seen = await Promise.all(
    both.map(async (create) => {
      const clock = createManualClock();
      const handled: number[] = [];
      const events: string[] = [];
      const consumer = create({
        definition: orders,
        url: QUEUE_URL,
        deadLetterUrl: DEAD_LETTER_URL,
        aws: createSqsModel(clock),
        component: 'orders',
        clock,
        random: () => 0.5,
        onEvent: ({ type }) => events.push(type),
        handle: async ({ n }) => {
          handled.push(n);
          if (n === 1) throw new Error('again');
          if (n === 2) throw new Drop('not wanted');
        },
      });
      const { failedMessageIds } = await consumer.handleBatch([0, 1, 2, 3].map(record), { source });
      return { name: consumer.name, failedMessageIds, handled, events };
    }),
  );
  expect(seen[0]).toEqual(seen[1]);
  expect(seen[0]).toMatchObject({ name: 'consumer:orders', handled: [0, 1, 2] });
  expect(seen[0]?.failedMessageIds).toContain('m-1');
  expect(seen[0]?.failedMessageIds).not.toContain('m-2');
});

it('polls nothing, and refuses what the whole consumer refuses', () => {
  const clock = createManualClock();
  const options = { definition: orders, url: QUEUE_URL, aws: createSqsModel(clock), component: 'orders' };
  const whole: SqsConsumerOptions<typeof orders.schema> = { ...options, handle: async () => {} };
  expect(Object.keys(createSqsBatchConsumer(whole)).sort()).toEqual(['handleBatch', 'name']);
  expect(() => createSqsBatchConsumer({ ...whole, url: 'x' })).toThrow(/'url' is not a URL/);
});
