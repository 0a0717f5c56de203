import { deadlineIn } from '@twelvefold/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEAD_LETTER_URL, orderedOrders, ordersConsumer, QUEUE_URL, received } from '../../testing/orders-consumer.ts';
import { awsFailure } from '../../testing/sqs-model.ts';
import { Poison } from '../poison.ts';
import type { MessageHandler } from '../port.ts';
import { Retry } from '../retry.ts';

type Order = { n: number; quantity: number };

function inOrder(handle: MessageHandler<Order>, options: { concurrency?: number } = {}) {
  const made = ordersConsumer(handle, { definition: orderedOrders, ...options });
  return {
    ...made,
    /** Puts orders on the queue: the number says which, the text says of which group. */
    put: (...list: ReadonlyArray<readonly [string, number]>) => {
      for (const [group, n] of list) made.aws.put(QUEUE_URL, JSON.stringify({ n }), {}, undefined, group);
    },
  };
}

describe('a poller of a FIFO queue', () => {
  it('handles one message of a group at a time, in order, and groups side by side', async () => {
    const running = new Map<string, number>();
    const seen: Record<string, number[]> = {};
    let most = 0;
    const { consumer, clock, aws, put } = inOrder(async ({ n }, { group = '' }) => {
      running.set(group, (running.get(group) ?? 0) + 1);
      expect(running.get(group)).toBe(1);
      most = Math.max(most, [...running.values()].filter((count) => count > 0).length);
      await clock.sleep(10 + ((n * 37) % 90));
      seen[group] ??= [];
      seen[group].push(n);
      running.set(group, 0);
    });
    put(...Array.from({ length: 200 }, (_, n) => [`g${n % 7}`, n] as const));
    await consumer.start();
    for (let turn = 0; turn < 600 && aws.queue(QUEUE_URL).length > 0; turn += 1) await clock.advance(100);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
    expect(most).toBeGreaterThan(3);
    for (let group = 0; group < 7; group += 1)
      expect(seen[`g${group}`]).toEqual(Array.from({ length: 200 }, (_, n) => n).filter((n) => n % 7 === group));
  });

  it('gives back the rest of a group whose message comes again, and gets them in order', async () => {
    const seen: string[] = [];
    let failures = 2;
    const { consumer, clock, aws, put, emitted } = inOrder(async ({ n }, { group = '' }) => {
      seen.push(`${group}${n}`);
      if (n === 1 && failures-- > 0) throw new Retry('5s');
    });
    put(['a', 0], ['a', 1], ['a', 2], ['b', 3], ['a', 4], ['b', 5]);
    await consumer.start();
    await clock.advance(1_000);
    expect(seen.toSorted()).toEqual(['a0', 'a1', 'b3', 'b5']);
    expect(emitted('returned')).toHaveLength(2);
    await clock.advance(15_000);
    expect(seen.filter((one) => one.startsWith('a'))).toEqual(['a0', 'a1', 'a1', 'a1', 'a2', 'a4']);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });

  it('holds its group up for 30 s at most after a failure, however often the message has been received', async () => {
    const { consumer, emitted } = inOrder(async () => {
      throw new Error('passing');
    });
    const attributes = { ApproximateReceiveCount: '12', SentTimestamp: '1', MessageGroupId: 'a' };
    await consumer.handleBatch([received('{"n":1}', { attributes })]);
    expect(emitted('retried')[0]?.delayMs).toBe(15_000); // half of it, with the least random
  });

  it('goes on with the group after poison, which keeps its group in the dead-letter queue', async () => {
    const seen: number[] = [];
    const { consumer, clock, aws, put } = inOrder(async ({ n }) => {
      if (n === 0) throw new Poison('bad');
      seen.push(n);
    });
    put(['a', 0], ['a', 1]);
    await consumer.start();
    await clock.advance(1_000);
    expect(seen).toEqual([1]);
    expect(aws.queue(DEAD_LETTER_URL)).toHaveLength(1);
    const sent = aws.calls.find(({ operation }) => operation === 'SendMessage')?.input;
    expect(sent).toMatchObject({ MessageGroupId: 'a', MessageDeduplicationId: 'm1' });
  });

  it('extends those that wait for their turn, which may take longer than their visibility', async () => {
    const { consumer, clock, aws, put, emitted } = inOrder(() => clock.sleep(25_000));
    put(['a', 0], ['a', 1], ['a', 2], ['a', 3]);
    await consumer.start();
    await clock.advance(110_000);
    expect(emitted('handled')).toHaveLength(4);
    expect(emitted('leaseLost')).toEqual([]);
    expect(emitted('handled').map(({ receiveCount }) => receiveCount)).toEqual([1, 1, 1, 1]);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });

  it('gives back what was not started when the drain is forced, at once', async () => {
    const { consumer, clock, aws, put, emitted } = inOrder((_, __, { signal }) => clock.sleep(60_000, signal));
    put(['a', 0], ['a', 1], ['a', 2]);
    await consumer.start();
    await clock.advance(1_000);
    const forced = new AbortController();
    const draining = consumer.drain(forced.signal);
    await clock.advance(100);
    forced.abort();
    await clock.advance(600);
    await draining;
    expect(emitted('returned').map(({ messageId }) => messageId)).toEqual(['m2', 'm3']);
    expect(aws.queue(QUEUE_URL).every(({ visibleAt }) => visibleAt <= clock.monotonic())).toBe(true);
  });

  it('asks again under the same attempt id after a receive whose answer was lost', async () => {
    const { consumer, clock, aws, put } = inOrder(async () => {});
    let losses = 1;
    aws.after = ({ operation }) =>
      operation === 'ReceiveMessage' && losses-- > 0 ? awsFailure('NetworkError', true) : undefined;
    put(['a', 0]);
    await consumer.start();
    await clock.advance(2_000);
    const ids = aws.calls
      .filter(({ operation }) => operation === 'ReceiveMessage')
      .map(({ input }) => input.ReceiveRequestAttemptId);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).toBe(ids[0]);
    await clock.advance(60_000);
    const later = aws.calls.filter(({ operation }) => operation === 'ReceiveMessage').at(-1)?.input;
    expect(later.ReceiveRequestAttemptId).not.toBe(ids[0]);
  });

  it('keeps every order whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        async (groups, failures, concurrency) => {
          const done: Record<string, number[]> = {};
          const { consumer, clock, aws, put } = inOrder(
            async ({ n }, { group = '' }) => {
              await clock.sleep((n * 7) % 20);
              if (failures.pop()) throw new Error('passing');
              done[group] ??= [];
              done[group].push(n);
            },
            { concurrency },
          );
          put(...groups.map((group, n) => [`g${group}`, n] as const));
          await consumer.start();
          for (let turn = 0; turn < 500 && aws.queue(QUEUE_URL).length > 0; turn += 1) await clock.advance(5_000);
          expect(aws.queue(QUEUE_URL)).toHaveLength(0);
          for (const [group, numbers] of Object.entries(done))
            expect(numbers).toEqual(groups.flatMap((of, n) => (`g${of}` === group ? [n] : [])));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a Lambda batch of a FIFO queue', () => {
  const record = (group: string, n: number) =>
    received(JSON.stringify({ n }), {
      messageId: `${group}${n}`,
      receiptHandle: `r-${group}${n}`,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1', MessageGroupId: group },
    });

  it('reports a failed message and every later one of its group, and no other', async () => {
    const seen: number[] = [];
    const { consumer, aws } = inOrder(async ({ n }) => {
      seen.push(n);
      if (n === 1) throw new Retry('20s');
    });
    const batch = [record('a', 0), record('b', 1), record('a', 2), record('b', 3), record('b', 4), record('c', 5)];
    const { failedMessageIds } = await consumer.handleBatch(batch);
    expect(failedMessageIds).toEqual(['b1', 'b3', 'b4']);
    expect(seen.toSorted()).toEqual([0, 1, 2, 5]);
    const timed = aws.calls.flatMap(({ input }) => input.Entries);
    expect(timed.map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout])).toEqual([
      ['r-b1', 20],
      ['r-b3', 0],
      ['r-b4', 0],
    ]);
  });

  it('runs groups side by side and each one in order', async () => {
    const log: string[] = [];
    const { consumer, clock } = inOrder(
      async ({ n }, { group }) => {
        log.push(`${group}${n}+`);
        await clock.sleep(10);
        log.push(`${group}${n}-`);
      },
      { concurrency: 2 },
    );
    const handled = consumer.handleBatch([record('a', 0), record('a', 1), record('b', 2), record('c', 3)]);
    await clock.advance(100);
    expect(await handled).toEqual({ failedMessageIds: [] });
    expect(log.filter((line) => line.startsWith('a'))).toEqual(['a0+', 'a0-', 'a1+', 'a1-']);
    expect(log.slice(0, 2)).toEqual(['a0+', 'b2+']);
  });

  it('starts nothing more of a group when the deadline is near', async () => {
    const { consumer, clock, emitted } = inOrder((_, __, { signal }) => clock.sleep(10_000, signal).catch(() => {}));
    const handled = consumer.handleBatch([record('a', 0), record('a', 1), record('a', 2)], {
      deadline: deadlineIn(5_000, clock),
    });
    await clock.advance(6_000);
    expect(await handled).toEqual({ failedMessageIds: ['a1', 'a2'] });
    expect(emitted('abandoned').map(({ started }) => started)).toEqual([false, false]);
  });
});
