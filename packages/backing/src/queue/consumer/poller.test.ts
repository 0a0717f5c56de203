import { TwelvefoldError } from '@twelvefold/core';
import { createLifecycle } from '@twelvefold/lifecycle';
import { describe, expect, it } from 'vitest';
import { DEAD_LETTER_URL, ordersConsumer, QUEUE_URL } from '../../testing/orders-consumer.ts';
import { awsFailure } from '../../testing/sqs-model.ts';
import { Poison } from '../poison.ts';
import { Retry } from '../retry.ts';

const outcome = (promise: Promise<void>) => {
  const seen: { settled: boolean; error?: unknown } = { settled: false };
  promise.then(
    () => {
      seen.settled = true;
    },
    (error) => {
      seen.settled = true;
      seen.error = error;
    },
  );
  return seen;
};

describe('requests per 1,000 messages of a full backlog', () => {
  it.each([
    ['an empty handler', 10, () => 0],
    ['an empty handler', 100, () => 0],
    ['a 50 ms handler', 10, () => 50],
    ['a 50 ms handler', 1_000, () => 50],
    ['a handler of 0 to 100 ms', 100, (n: number) => (n * 37) % 100],
  ])('%s, concurrency %i: at most 202, each message acknowledged on its own', async (_name, concurrency, ms) => {
    const handled: number[] = [];
    const { consumer, clock, aws, fill } = ordersConsumer(
      async ({ n }) => {
        if (ms(n) > 0) await clock.sleep(ms(n));
        handled.push(n);
      },
      { concurrency },
    );
    aws.before = ({ operation }) => (operation === 'ReceiveMessage' ? 10 : undefined);
    fill(1_000);
    await consumer.start();
    await clock.advance(15_000);
    const draining = consumer.drain();
    await clock.settle();
    await draining;
    expect(handled).toHaveLength(1_000);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
    expect(aws.count('DeleteMessageBatch')).toBe(100);
    expect(aws.calls.length).toBeLessThanOrEqual(202);
  });
});

describe('intake', () => {
  it('never takes more than it can start at once', async () => {
    let running = 0;
    let most = 0;
    const started = new Set<number>();
    const { consumer, clock, aws, fill } = ordersConsumer(
      async ({ n }) => {
        started.add(n);
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(100 + ((n * 53) % 900));
        running -= 1;
      },
      { concurrency: 25 },
    );
    fill(500);
    await consumer.start();
    for (let step = 0; step < 300; step += 1) {
      await clock.advance(50);
      const hidden = aws.queue(QUEUE_URL).filter(({ visibleAt }) => visibleAt > clock.monotonic());
      expect(hidden.filter(({ body }) => !started.has(JSON.parse(body).n))).toEqual([]);
    }
    expect(most).toBe(25);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });

  it('keeps its handlers busy on a deep backlog', async () => {
    let busyMs = 0;
    const { consumer, clock, fill, emitted } = ordersConsumer(
      async ({ n }) => {
        const ms = 50 + ((n * 37) % 100);
        await clock.sleep(ms);
        busyMs += ms;
      },
      { concurrency: 100 },
    );
    fill(6_000);
    await consumer.start();
    await clock.advance(5_000);
    expect(busyMs / (5_000 * 100)).toBeGreaterThan(0.85);
    expect(emitted('handled').length).toBeGreaterThan(4_000);
  });

  it('keeps one long poll open on an idle queue, and starts what arrives at once', async () => {
    const startedAt: number[] = [];
    const { consumer, clock, aws } = ordersConsumer(async () => void startedAt.push(clock.monotonic()));
    await consumer.start();
    await clock.advance(60_000);
    expect(aws.count('ReceiveMessage')).toBe(4);
    expect(aws.calls[0]?.input).toMatchObject({ WaitTimeSeconds: 20, MaxNumberOfMessages: 10, VisibilityTimeout: 30 });
    aws.put(QUEUE_URL, '{"n":1}');
    await clock.advance(100);
    expect(startedAt).toHaveLength(1);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0); // deleted without lingering: nothing else was coming
  });

  it('receives with several calls at a time while the backlog is deep, and with one again after', async () => {
    let open = 0;
    let most = 0;
    const { consumer, clock, aws, fill } = ordersConsumer(async () => {}, { concurrency: 1_000 });
    aws.before = ({ operation }) => {
      if (operation !== 'ReceiveMessage') return undefined;
      open += 1;
      most = Math.max(most, open);
      return 10;
    };
    aws.after = ({ operation }) => {
      if (operation === 'ReceiveMessage') open -= 1;
      return undefined;
    };
    fill(4_000);
    await consumer.start();
    await clock.advance(10_000);
    expect(most).toBeGreaterThanOrEqual(16);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
    await clock.advance(60_000);
    expect(open).toBe(1);
  });

  it('names its component in every call', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async () => {});
    fill(3);
    await consumer.start();
    await clock.advance(1_000);
    expect(new Set(aws.calls.map(({ component }) => component))).toEqual(new Set(['orders']));
  });

  it('lets undeleted messages hold it back rather than pile up', async () => {
    const { consumer, clock, aws, fill, emitted } = ordersConsumer(async () => {});
    aws.before = ({ operation }) => (operation === 'DeleteMessageBatch' ? 3_600_000 : undefined);
    fill(1_000);
    await consumer.start();
    await clock.advance(20_000);
    expect(emitted('handled').length).toBeLessThanOrEqual(110);
  });

  it('goes on when deletions that held it back get through, though no handler is running', async () => {
    const handled: number[] = [];
    const { consumer, clock, aws, fill } = ordersConsumer(async ({ n }) => void handled.push(n), { concurrency: 10 });
    aws.before = ({ operation }) =>
      operation === 'DeleteMessageBatch' && clock.monotonic() < 5_000 ? 10_000 : undefined;
    fill(400);
    await consumer.start();
    await clock.advance(5_000);
    const heldBackAt = handled.length;
    expect(heldBackAt).toBeLessThan(200);
    await clock.advance(4_000);
    expect(handled).toHaveLength(heldBackAt);
    await clock.advance(10_000);
    expect(handled).toHaveLength(400);
    await clock.settle();
  });
});

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

  it('aborts the signal of a message that SQS gave to somebody else, and times it no more', async () => {
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

describe('stopping', () => {
  it('ends an idle long poll at once', async () => {
    const { consumer, clock, aws } = ordersConsumer(async () => {});
    await consumer.start();
    await clock.advance(5_000);
    const stopping = outcome(consumer.quiesce());
    await clock.settle();
    expect(stopping.settled).toBe(true);
    await clock.advance(60_000);
    expect(aws.count('ReceiveMessage')).toBe(1);
    await expect(consumer.check()).rejects.toMatchObject({ code: 'CONSUMER_NOT_POLLING' });
  });

  it('waits for the answer to a receive that has just been sent, and handles what it brings', async () => {
    const { consumer, clock, aws, fill, emitted } = ordersConsumer(async () => {});
    aws.before = ({ operation }) => (operation === 'ReceiveMessage' ? 40 : undefined);
    fill(10);
    await consumer.start();
    await clock.settle();
    const draining = outcome(consumer.drain());
    await clock.advance(40);
    expect(emitted('handled')).toHaveLength(10);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
    await clock.settle();
    expect(draining.settled).toBe(true);
    expect(aws.count('ReceiveMessage')).toBe(1);
  });

  it('cuts off a receive that stays unanswered', async () => {
    const { consumer, clock } = ordersConsumer(async () => {});
    await consumer.start();
    const stopping = outcome(consumer.quiesce());
    await clock.advance(199);
    expect(stopping.settled).toBe(false);
    await clock.advance(1);
    expect(stopping.settled).toBe(true);
    expect(clock.sleepers).toBe(0);
  });

  it('drains: handlers first, then their deletions, without lingering', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async ({ n }) => clock.sleep(1_000 + 10 * n));
    fill(3);
    await consumer.start();
    await clock.advance(500);
    const draining = outcome(consumer.drain());
    aws.before = ({ operation }) => (operation === 'DeleteMessageBatch' ? 300 : undefined);
    await clock.advance(520); // all three have finished; two deletions are still on their way
    expect(draining.settled).toBe(false);
    await clock.advance(300);
    expect(draining).toEqual({ settled: true });
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });

  it('aborts the messages when the drain is forced, and gives back at once what did not finish', async () => {
    const { consumer, clock, aws, fill, emitted } = ordersConsumer(async ({ n }, _info, scope) => {
      if (n === 0) return clock.sleep(60_000, scope.signal); // gives up when told to
      return new Promise(() => {}); // does not
    });
    fill(3);
    await consumer.start();
    await clock.advance(5_000);
    const budget = new AbortController();
    const draining = outcome(consumer.drain(budget.signal));
    await clock.settle();
    budget.abort();
    await clock.advance(250);
    expect(draining.settled).toBe(true);
    expect(TwelvefoldError.isInstance(draining.error, 'CONSUMER_ABANDONED')).toBe(true);
    expect((draining.error as Error).message).toContain('2 messages');
    const now = clock.monotonic();
    expect(aws.queue(QUEUE_URL).map(({ visibleAt }) => visibleAt <= now)).toEqual([true, true, true]);
    expect(emitted('retried')).toMatchObject([{ messageId: 'm1', delayMs: 0 }]);
    expect(
      emitted('abandoned')
        .map(({ messageId }) => messageId)
        .toSorted(),
    ).toEqual(['m2', 'm3']);
    await consumer.stop();
    await clock.settle();
    expect(clock.sleepers).toBe(0); // nothing keeps the process alive, no lease is extended any more
  });

  it('has given back what did not finish when a lifecycle that is out of time has stopped', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(() => new Promise(() => {}));
    aws.before = ({ operation }) => (operation === 'ChangeMessageVisibilityBatch' ? 100 : undefined);
    fill(2);
    const lifecycle = createLifecycle({ budgetMs: 10_000, clock });
    lifecycle.register(consumer);
    await lifecycle.start();
    await clock.settle();
    const stopping = lifecycle.stop('SIGTERM').then((report) => ({
      report,
      hidden: aws.queue(QUEUE_URL).filter(({ visibleAt }) => visibleAt > clock.monotonic()).length,
    }));
    await clock.advance(10_000);
    const { report, hidden } = await stopping;
    expect(report.abandoned).toEqual(['drain consumer:orders']);
    expect(report.durationMs).toBeLessThan(10_000);
    expect(hidden).toBe(0);
  });

  it('does not abort deletions when the drain is forced', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async () => {});
    aws.before = ({ operation }) => (operation === 'DeleteMessageBatch' ? 200 : undefined);
    fill(10);
    await consumer.start();
    await clock.settle();
    const draining = outcome(consumer.drain(AbortSignal.abort()));
    await clock.advance(400);
    expect(draining).toEqual({ settled: true });
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
  });

  it('is disposed by draining', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async () => clock.sleep(1_000));
    fill(2);
    await consumer.start();
    await clock.advance(500);
    const disposing = outcome((async () => consumer[Symbol.asyncDispose]())());
    await clock.advance(1_000);
    expect(disposing.settled).toBe(true);
    expect(aws.queue(QUEUE_URL)).toHaveLength(0);
    await expect(consumer.start()).rejects.toThrow('has been started or stopped before');
  });
});
