import type { TestClock } from '@twelvefold/core/testing';
import { createTestClock } from '@twelvefold/core/testing';
import * as z from 'zod';
import type { ConsumerEvent } from '../queue/consumer-event.ts';
import { createSqsBatchConsumer } from '../queue/drivers/sqs-batch-consumer.ts';
import { createSqsConsumer } from '../queue/drivers/sqs-consumer.ts';
import type { MessageHandler, QueueBatchConsumer, QueueConsumer, ReceivedMessage } from '../queue/port.ts';
import { queue } from '../queue/queue.ts';
import type { SqsModel } from './sqs-model.ts';
import { createSqsModel } from './sqs-model.ts';

export const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders-test-orders';
export const DEAD_LETTER_URL = `${QUEUE_URL}-dead-letter`;

export const Order = z.object({ n: z.number(), quantity: z.number().default(1) });
export type Order = z.infer<typeof Order>;
/** Far more than most tests need: what fails at the last of them is a dead letter. */
export const MAX_RECEIVES = 50;
const options = { schema: Order, visibility: '30s', deadLetter: { maxReceives: MAX_RECEIVES } } as const;
export const orders = queue('orders', options);
export const orderedOrders = queue('orders', { ...options, fifo: true });

export interface OrdersConsumer {
  clock: TestClock;
  aws: SqsModel;
  /** A poller and a batch handler of the same options. */
  consumer: QueueConsumer & QueueBatchConsumer;
  events: ConsumerEvent[];
  /** Events of one type, in order. */
  emitted<T extends ConsumerEvent['type']>(type: T): Array<Extract<ConsumerEvent, { type: T }>>;
  /** Puts `count` orders, numbered from 0, on the queue. */
  fill(count: number): void;
}

/** A consumer of orders over a model of SQS, with time in the test's hands. */
export function ordersConsumer(
  handle: MessageHandler<Order>,
  options: {
    definition?: typeof orders;
    concurrency?: number;
    deadLetterUrl?: string | undefined;
    random?: () => number;
  } = {},
): OrdersConsumer {
  const clock = createTestClock();
  const aws = createSqsModel(clock);
  const events: ConsumerEvent[] = [];
  const consumerOptions = {
    definition: orders,
    url: QUEUE_URL,
    deadLetterUrl: DEAD_LETTER_URL,
    aws,
    component: 'orders',
    clock,
    random: () => 0,
    onEvent: (event: ConsumerEvent) => void events.push(event),
    handle,
    ...options,
  };
  const consumer = { ...createSqsBatchConsumer(consumerOptions), ...createSqsConsumer(consumerOptions) };
  return {
    clock,
    aws,
    consumer,
    events,
    emitted: <T extends ConsumerEvent['type']>(type: T) =>
      events.filter((event): event is Extract<ConsumerEvent, { type: T }> => event.type === type),
    fill: (count) => {
      for (let n = 0; n < count; n += 1) aws.put(QUEUE_URL, JSON.stringify({ n }));
    },
  };
}

/** A message as a Lambda event would bring it. */
export function received(body: string, overrides: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    messageId: 'm-1',
    receiptHandle: 'r-1',
    body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1520621625029' },
    messageAttributes: {},
    ...overrides,
  };
}
