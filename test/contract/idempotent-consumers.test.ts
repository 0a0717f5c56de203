import type { Aws } from '@twelvefold/aws';
import { createAws, sqs } from '@twelvefold/aws';
import type { IdempotencyClient, QueueConsumer } from '@twelvefold/backing';
import { idempotencyStore, idempotent, queue, table } from '@twelvefold/backing';
import { createDynamoDbIdempotency } from '@twelvefold/backing/dynamodb-idempotency';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import type { ConsumerEvent, Effect, MessageHandler } from '@twelvefold/backing/internal';
import { createSqsConsumer, createSqsSender } from '@twelvefold/backing/sqs';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { manualClock } from './support/manual-clock.ts';
import { TRANSPORT } from './support/transport.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const SOON = { timeout: 60_000, interval: 20 };
const Payment = z.object({ id: z.string() });
type Payment = z.infer<typeof Payment>;
const payments = queue('payments', { schema: Payment, visibility: '30s', deadLetter: { maxReceives: 10 } });
const counters = table('counters', { schema: z.object({ id: z.string(), count: z.number() }), key: 'id' });

const hashed = (name: string, key: string) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
  },
});

let local: LocalAws;
let aws: Aws;
let url: string;
const consumers: QueueConsumer[] = [];

beforeEach(async () => {
  local = await startLocalAws();
  aws = createAws({ env: TRANSPORT, endpoint: local.url, region, credentials });
  const { outputs } = await provision(
    {
      Resources: {
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'payments' } },
        Effects: hashed('effects', 'id'),
        Counters: hashed('counters', 'id'),
      },
      Outputs: { url: { Value: { Ref: 'Queue' } } },
    },
    { endpoint: local.url, region, credentials },
  );
  url = outputs.url ?? '';
});
afterEach(async () => {
  for (const consumer of consumers.splice(0)) {
    await consumer.drain(AbortSignal.timeout(1_000)).catch(() => {});
    await consumer.stop();
  }
  await local.close();
});

interface Begun {
  readonly effect: Effect;
  /** Lets the handler go on: to commit its write, or to fail. */
  commit(): void;
  fail(error: Error): void;
}

/**
 * Two services that consume the queue, one message at a time each; what each begins waits for the
 * test.
 */
function world() {
  const clock = manualClock();
  const definition = idempotencyStore('effects', { window: '1h' });
  const store: IdempotencyClient = createDynamoDbIdempotency({ definition, name: 'effects', aws, clock });
  const rows = createDynamoDbTable({ definition: counters, name: 'counters', aws });
  const begun: Begun[] = [];
  const events: ConsumerEvent[] = [];
  const work = idempotent(
    { store, key: ({ id }: Payment) => id, lease: '30s' },
    async ({ id }, { effect }: { readonly effect: Effect }) => {
      await new Promise<void>((resolve, reject) => {
        begun.push({ effect, commit: resolve, fail: reject });
      });
      await effect.commit([rows.updateOperation(id, { add: { count: 1 } })]);
    },
  );
  const handle: MessageHandler<Payment> = (payment, { leaseRemaining }) => work(payment, { leaseRemaining });
  const start = async () => {
    const onEvent = (event: ConsumerEvent) => void events.push(event);
    const options = { definition: payments, url, aws, component: 'bank', concurrency: 1, random: () => 0, onEvent };
    const consumer = createSqsConsumer({ ...options, handle });
    consumers.push(consumer);
    await consumer.start();
  };
  const emitted = <T extends ConsumerEvent['type']>(type: T) =>
    events.filter((event): event is Extract<ConsumerEvent, { type: T }> => event.type === type);
  return {
    clock,
    begun,
    emitted,
    start,
    send: () => createSqsSender({ definition: payments, url, aws }).send({ id: 'p-1' }),
    /** The effect, counted. */
    count: async () => (await rows.get('p-1', { consistent: true }))?.count ?? 0,
    /** Resolves when handlers have begun this often. */
    beginnings: (count: number) => vi.waitFor(() => expect(begun).toHaveLength(count), SOON),
    /** Time for SQS, which shows messages again, and for the store. */
    pass: (ms: number) => {
      clock.advance(ms);
      local.clock.advance(ms);
    },
    empty: () =>
      vi.waitFor(async () => {
        const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
        const input = { QueueUrl: url, AttributeNames: [...names] };
        const { Attributes = {} } = await aws.call(sqs, 'GetQueueAttributes', input, { access: 'read' });
        expect(names.map((name) => Attributes[name])).toEqual(['0', '0']);
      }, SOON),
  };
}

describe('one message at two consumers at once', () => {
  it('is handled by one; the other sees it in progress, comes again after the lease, and finds it done', async () => {
    const { begun, emitted, start, send, count, beginnings, pass, empty } = world();
    // SQS gives out what a first receive got a second time, at once.
    local.faults.add({ service: 'sqs', operation: 'ReceiveMessage', kind: 'duplicate', times: 1 });
    const { messageId } = await send();
    await start();
    await start();
    await beginnings(1);
    await vi.waitFor(() => expect(emitted('retried')).toHaveLength(1), SOON);
    const [again] = emitted('retried');
    expect(again).toMatchObject({ messageId, receiveCount: 2, error: { code: 'MESSAGE_RETRY' }, delayMs: 30_000 });
    expect(await count()).toBe(0);
    begun[0]?.commit();
    await vi.waitFor(() => expect(emitted('handled')).toHaveLength(1), SOON);
    expect(await count()).toBe(1);
    pass(30_000);
    await empty();
    expect(begun).toHaveLength(1);
    expect(await count()).toBe(1);
  });

  it('is acknowledged without running when it has been done', async () => {
    const { begun, emitted, start, send, count, beginnings, empty } = world();
    await send();
    await start();
    await beginnings(1);
    begun[0]?.commit();
    await empty();
    // The producer sent it twice: another message of the same key.
    await send();
    await start();
    await vi.waitFor(() => expect(emitted('handled')).toHaveLength(2), SOON);
    await empty();
    expect(begun).toHaveLength(1);
    expect(emitted('retried')).toEqual([]);
    expect(await count()).toBe(1);
  });

  it('is begun again at once after a failure, under a greater fence', async () => {
    const { begun, emitted, start, send, count, beginnings, pass, empty } = world();
    await send();
    await start();
    await start();
    await beginnings(1);
    begun[0]?.fail(new Error('the bank is closed'));
    await vi.waitFor(() => expect(emitted('retried')).toHaveLength(1), SOON);
    // The store's time stands still: the lease of the first is not over, its failure lets the
    // second in.
    local.clock.advance(emitted('retried')[0]?.delayMs ?? 0);
    pass(0);
    await beginnings(2);
    expect(begun[1]?.effect.fence).toBeGreaterThan(begun[0]?.effect.fence ?? 0);
    begun[1]?.commit();
    await empty();
    expect(await count()).toBe(1);
  });

  it('is taken over when its lease is over; the first comes too late to commit, and then finds it done', async () => {
    const { begun, emitted, start, send, count, clock, beginnings, pass, empty } = world();
    local.faults.add({ service: 'sqs', operation: 'ReceiveMessage', kind: 'duplicate', times: 1 });
    await send();
    await start();
    await beginnings(1);
    clock.advance(30_000);
    await start();
    await beginnings(2);
    expect(begun[1]?.effect.fence).toBeGreaterThan(begun[0]?.effect.fence ?? 0);
    begun[0]?.commit(); // too late, although no other attempt has committed yet
    await vi.waitFor(() => expect(emitted('retried')).toMatchObject([{ error: { code: 'ATTEMPT_LOST' } }]), SOON);
    expect(await count()).toBe(0);
    begun[1]?.commit();
    await vi.waitFor(() => expect(emitted('handled')).toHaveLength(1), SOON);
    expect(await count()).toBe(1);
    pass(30_000);
    await empty();
    expect(begun).toHaveLength(2);
    expect(await count()).toBe(1);
  });
});
