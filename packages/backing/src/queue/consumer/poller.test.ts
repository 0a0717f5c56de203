import { TwelvefoldError } from '@twelvefold/core';
import { createLifecycle } from '@twelvefold/lifecycle';
import { describe, expect, it } from 'vitest';
import { ordersConsumer, QUEUE_URL } from '../../testing/orders-consumer.ts';

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
