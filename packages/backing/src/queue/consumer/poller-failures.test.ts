import { TwelvefoldError } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import { DEAD_LETTER_URL, ordersConsumer, QUEUE_URL } from '../../testing/orders-consumer.ts';
import { awsFailure } from '../../testing/sqs-model.ts';
import { Poison } from '../poison.ts';
import { Retry } from '../retry.ts';

describe('failures', () => {
  it('survives receives that fail, backs off and tells', async () => {
    let down = true;
    const { consumer, clock, aws, fill, emitted } = ordersConsumer(async () => {});
    aws.before = () => (down ? awsFailure('EndpointUnreachable', true) : undefined);
    fill(1);
    await consumer.start();
    await clock.advance(60_000);
    const failures = emitted('receiveFailed');
    expect(failures.map(({ delayMs }) => delayMs)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
    ]);
    expect(failures.at(-1)).toMatchObject({ attempt: 9, error: { awsCode: 'EndpointUnreachable' } });
    const unhealthy = await consumer.check().catch((error: unknown) => error);
    expect(TwelvefoldError.isInstance(unhealthy, 'CONSUMER_NOT_RECEIVING')).toBe(true);
    expect((unhealthy as Error).cause).toMatchObject({ awsCode: 'EndpointUnreachable' });
    down = false;
    await clock.advance(15_000);
    expect(emitted('handled')).toHaveLength(1);
    await consumer.check();
  });

  it('is healthy soon after an empty queue is back, not only when its long poll ends; not while receives are denied', async () => {
    let failing: ReadonlyArray<string> = ['ReceiveMessage', 'GetQueueAttributes'];
    const { consumer, clock, aws } = ordersConsumer(async () => {});
    aws.before = ({ operation }) => (failing.includes(operation) ? awsFailure('Denied', false) : undefined);
    await consumer.start();
    await clock.advance(1_000);
    failing = ['ReceiveMessage'];
    await expect(consumer.check()).rejects.toMatchObject({ code: 'CONSUMER_NOT_RECEIVING' });
    failing = [];
    await clock.advance(2_000); // less than a long poll
    await consumer.check();
    failing = ['GetQueueAttributes'];
    await expect(consumer.check()).rejects.toMatchObject({ awsCode: 'Denied' });
  });

  it('is healthy after a receive that failed, and not after three in a row', async () => {
    const { consumer, clock, aws } = ordersConsumer(async () => {});
    let failures = 0;
    aws.before = ({ operation }) =>
      operation === 'ReceiveMessage' && failures++ < 3 ? awsFailure('Throttled', true) : undefined;
    await consumer.start();
    await clock.advance(100);
    await consumer.check();
    expect(consumer.health()).toMatchObject({ polling: true, receiveFailures: 1, lastReceiveMs: undefined });
    await clock.advance(700);
    await expect(consumer.check()).rejects.toMatchObject({ code: 'CONSUMER_NOT_RECEIVING' });
    expect(consumer.health()).toMatchObject({ polling: false, receiveFailures: 3 });
    await clock.advance(30_000);
    await consumer.check();
    expect(consumer.health()).toMatchObject({ polling: true, receiveFailures: 0 });
  });

  it('tells how it is doing: what is in flight, for how long, and how far it is behind', async () => {
    const { consumer, clock, fill } = ordersConsumer(() => clock.sleep(5_000), { concurrency: 2 });
    expect(consumer.health()).toEqual({
      polling: false,
      lastReceiveMs: undefined,
      receiveFailures: 0,
      handled: 0,
      failed: 0,
      inFlight: 0,
      oldestInFlightMs: 0,
      lagMs: 0,
    });
    fill(3);
    await clock.advance(1_000);
    await consumer.start();
    await clock.advance(2_000);
    expect(consumer.health()).toMatchObject({
      inFlight: 2,
      oldestInFlightMs: 2_000,
      lastReceiveMs: 2_000,
      lagMs: 1_000,
    });
    await clock.advance(4_000);
    expect(consumer.health()).toMatchObject({ polling: true, inFlight: 1, oldestInFlightMs: 1_000, lagMs: 6_000 });
    await clock.advance(60_000);
    expect(consumer.health()).toMatchObject({ inFlight: 0, oldestInFlightMs: 0, lagMs: 0 });
  });

  it('counts messages that were handled and receives that failed', async () => {
    const { consumer, clock, fill } = ordersConsumer(async ({ n }, { receiveCount }) => {
      if (n === 0) throw new Poison('no such currency');
      if (n === 1 && receiveCount === 1) throw new Error('boom');
    });
    fill(3);
    await consumer.start();
    await clock.advance(60_000);
    expect(consumer.health()).toMatchObject({ receiveFailures: 0, handled: 2, failed: 2 });
  });

  it('asks the queue for its health before the first receive has come back', async () => {
    const { consumer, clock, aws } = ordersConsumer(async () => {});
    await expect(consumer.check()).rejects.toMatchObject({ code: 'CONSUMER_NOT_POLLING' });
    await consumer.start();
    await consumer.check();
    expect(aws.count('GetQueueAttributes')).toBe(1);
    await clock.advance(20_000);
    await consumer.check();
    expect(aws.count('GetQueueAttributes')).toBe(1);
  });

  it('times a failed message by its visibility and leaves it on the queue', async () => {
    const attempts: number[] = [];
    const { consumer, clock, aws, fill } = ordersConsumer(async (_order, info) => {
      attempts.push(clock.monotonic());
      if (info.receiveCount < 4) throw new Error('not yet');
    });
    fill(1);
    await consumer.start();
    await clock.advance(30_000);
    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    // 1, 2, 4 s, half of them random and random 0, in whole seconds.
    expect(gaps).toEqual([1_000, 1_000, 2_000]);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });

  it('asks for a little less than the 12 hours: SQS began to count before its answer came here', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async () => {
      throw new Retry('12h');
    });
    fill(1);
    await consumer.start();
    await clock.advance(2_000);
    const timed = aws.calls.find(({ operation }) => operation === 'ChangeMessageVisibilityBatch');
    const seconds = timed?.input.Entries[0].VisibilityTimeout;
    expect(seconds).toBeLessThanOrEqual(43_190);
    expect(seconds).toBeGreaterThan(43_100);
    await consumer.stop();
  });

  it('moves poison, then deletes it', async () => {
    const { consumer, clock, aws } = ordersConsumer(async () => {});
    aws.put(QUEUE_URL, '{"n":"x"}');
    await consumer.start();
    await clock.advance(1_000);
    expect(aws.calls.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['ReceiveMessage', 'SendMessage', 'DeleteMessageBatch']),
    );
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
    expect(aws.queue(DEAD_LETTER_URL)).toHaveLength(1);
  });

  it('deletes again only the entries that SQS failed for its own reasons', async () => {
    let first = true;
    const { consumer, clock, aws, fill, emitted } = ordersConsumer(async () => {});
    aws.failEntry = ({ operation }, id) => {
      if (operation !== 'DeleteMessageBatch') return undefined;
      if (first && id === '3') return { SenderFault: false, Code: 'InternalError' };
      if (first && id === '5') return { SenderFault: true, Code: 'ReceiptHandleIsInvalid' };
      return undefined;
    };
    aws.after = ({ operation }) => {
      if (operation === 'DeleteMessageBatch') first = false;
      return undefined;
    };
    fill(10);
    await consumer.start();
    await clock.advance(5_000);
    const sizes = aws.calls
      .filter(({ operation }) => operation === 'DeleteMessageBatch')
      .map(({ input }) => input.Entries.length);
    expect(sizes).toEqual([10, 1]);
    expect(emitted('deleteFailed')).toHaveLength(1);
    expect(emitted('handled')).toHaveLength(10);
  });

  it('deletes again after a call that failed as a whole', async () => {
    let failing = 2;
    const { consumer, clock, aws, fill } = ordersConsumer(async () => {});
    aws.before = ({ operation }) =>
      operation === 'DeleteMessageBatch' && failing-- > 0 ? awsFailure('NetworkError', true) : undefined;
    fill(10);
    await consumer.start();
    await clock.advance(5_000);
    expect(aws.count('DeleteMessageBatch')).toBe(3);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });
});

describe('leases', () => {
  it('extends a message for as long as its handler runs, and deletes it after', async () => {
    const { consumer, clock, aws, fill, emitted } = ordersConsumer(async () => clock.sleep(600_000));
    fill(1);
    await consumer.start();
    await clock.advance(601_000);
    expect(emitted('handled')).toHaveLength(1);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
    const extensions = aws.count('ChangeMessageVisibilityBatch');
    expect(extensions).toBe(39); // every 15 s
  });

  it('tells a handler how long it has its message', async () => {
    const left: number[] = [];
    const { consumer, clock, fill } = ordersConsumer(async (_, { leaseRemaining }) => {
      left.push(leaseRemaining());
      await clock.sleep(14_000);
      left.push(leaseRemaining());
      await clock.sleep(2_000); // extended after half of it
      left.push(leaseRemaining());
    });
    fill(1);
    await consumer.start();
    await clock.advance(20_000);
    expect(left).toEqual([30_000, 16_000, 29_000]);
  });

  it('extends many with ten per call', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async () => clock.sleep(20_000), { concurrency: 50 });
    fill(50);
    await consumer.start();
    await clock.advance(21_000);
    const sizes = aws.calls
      .filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch')
      .map(({ input }) => input.Entries.length);
    expect(sizes).toEqual([10, 10, 10, 10, 10]);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });

  it('does not extend a message whose next delivery has been timed', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async ({ n }) => {
      if (n === 1) return clock.sleep(60_000);
      await clock.sleep(14_900);
      throw new Retry('5m');
    });
    fill(2);
    await consumer.start();
    await clock.advance(20_000);
    const changes = aws.calls
      .filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch')
      .flatMap(({ input }) => input.Entries)
      .map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout]);
    // At 15 s the other one is extended; only then has the first one's time lingered long enough.
    expect(changes).toEqual([
      ['m2#1', 30],
      ['m1#1', 300],
    ]);
  });

  it('aborts the signal of a message that SQS gave to another consumer, and times it no more', async () => {
    const reasons: unknown[] = [];
    const { consumer, clock, aws, fill, emitted } = ordersConsumer(async (_order, _info, scope) => {
      await clock.sleep(100_000, scope.signal).catch((error: unknown) => {
        reasons.push(error);
        throw error;
      });
    });
    aws.failEntry = ({ operation }) =>
      operation === 'ChangeMessageVisibilityBatch' ? { SenderFault: true, Code: 'MessageNotInflight' } : undefined;
    fill(1);
    await consumer.start();
    await clock.advance(15_000);
    expect(reasons).toMatchObject([{ code: 'LEASE_LOST' }]);
    expect(emitted('leaseLost')).toMatchObject([{ messageId: 'm1', error: { Code: 'MessageNotInflight' } }]);
    expect(emitted('retried')).toHaveLength(0);
    await clock.advance(2_000);
    expect(aws.count('ChangeMessageVisibilityBatch')).toBe(1);
  });

  it('aborts the signal when the lease could not be extended in time', async () => {
    const lostAt: number[] = [];
    const { consumer, clock, aws, fill } = ordersConsumer(async (_order, _info, scope) => {
      await clock.sleep(100_000, scope.signal).catch((error: unknown) => {
        lostAt.push(clock.monotonic());
        throw error;
      });
    });
    aws.before = ({ operation }) =>
      operation === 'ChangeMessageVisibilityBatch' ? awsFailure('ServiceUnavailable', true) : undefined;
    fill(1);
    await consumer.start();
    await clock.advance(31_000);
    expect(lostAt[0]).toBe(30_000);
    expect(aws.count('ChangeMessageVisibilityBatch')).toBeGreaterThan(2); // it was tried more than once
  });

  it('stops extending after 12 hours, with the last extension fitted in', async () => {
    let lostAt = 0;
    const { consumer, clock, aws, fill } = ordersConsumer(async (_order, _info, scope) => {
      expect(scope.deadline.remainingMs()).toBe(43_200_000);
      await clock.sleep(50_000_000, scope.signal).catch((error: unknown) => {
        lostAt = clock.monotonic();
        throw error;
      });
    });
    fill(1);
    await consumer.start();
    await clock.advance(43_200_000);
    expect(lostAt).toBe(43_200_000);
    const extensions = aws.calls.filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch');
    expect(extensions.at(-1)?.input.Entries[0].VisibilityTimeout).toBeLessThanOrEqual(15);
  });
});
