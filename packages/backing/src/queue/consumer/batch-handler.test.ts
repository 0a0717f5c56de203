import { deadlineIn } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import { ordersConsumer, received } from '../../testing/orders-consumer.ts';

const records = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    received(JSON.stringify({ n }), { messageId: `m-${n}`, receiptHandle: `r-${n}` }),
  );
const released = (aws: { calls: Array<{ operation: string; input: { Entries: Array<{ ReceiptHandle: string }> } }> }) =>
  aws.calls
    .filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch')
    .flatMap(({ input }) => input.Entries);

describe('handleBatch', () => {
  it('says nothing failed, explicitly, when nothing did', async () => {
    const { consumer, aws } = ordersConsumer(async () => {});
    expect(await consumer.handleBatch(records(10))).toEqual({ failedMessageIds: [] });
    expect(await consumer.handleBatch([])).toEqual({ failedMessageIds: [] });
    expect(aws.calls).toHaveLength(0); // Lambda deletes
  });

  it('reports exactly the failed ones, in order, and times them in calls of ten', async () => {
    const { consumer, aws } = ordersConsumer(async ({ n }) => {
      if (n % 2 === 1) throw new Error('odd');
    });
    const { failedMessageIds } = await consumer.handleBatch(records(50));
    expect(failedMessageIds).toEqual(Array.from({ length: 25 }, (_, index) => `m-${2 * index + 1}`));
    expect(aws.calls.map(({ input }) => input.Entries.length)).toEqual([10, 10, 5]);
  });

  it('tells no age and counts one receive where the attributes of SQS are no numbers', async () => {
    const seen: unknown[] = [];
    const { consumer, clock, emitted } = ordersConsumer(async (_order, { receiveCount, sentAtMs }) => {
      seen.push([receiveCount, sentAtMs]);
    });
    const attributes = { ApproximateReceiveCount: 'x', SentTimestamp: 'Qm' };
    expect(await consumer.handleBatch([received('{"n":1}', { attributes })])).toEqual({ failedMessageIds: [] });
    expect(seen).toEqual([[1, clock.now()]]);
    expect(emitted('received').map(({ ageMs }) => ageMs)).toEqual([0]);
  });

  it('runs as many at a time as it may, and no more', async () => {
    let running = 0;
    let most = 0;
    const { consumer, clock } = ordersConsumer(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(10);
        running -= 1;
      },
      { concurrency: 4 },
    );
    const done = consumer.handleBatch(records(10));
    await clock.advance(30);
    expect(await done).toEqual({ failedMessageIds: [] });
    expect(most).toBe(4);
  });

  it('starts nothing once the deadline is near, and gives the rest back at once', async () => {
    const handled: number[] = [];
    const { consumer, clock, aws, emitted } = ordersConsumer(
      async ({ n }) => {
        await clock.sleep(1_000);
        handled.push(n);
      },
      { concurrency: 2 },
    );
    const done = consumer.handleBatch(records(10), { deadline: deadlineIn(3_400, clock) });
    await clock.advance(3_400);
    // 500 ms are kept free: messages 4 and 5 finish at 3,000, past 2,900, so nothing follows.
    expect(await done).toEqual({ failedMessageIds: ['m-6', 'm-7', 'm-8', 'm-9'] });
    expect(handled).toEqual([0, 1, 2, 3, 4, 5]);
    expect(released(aws)).toEqual(
      ['r-6', 'r-7', 'r-8', 'r-9'].map((ReceiptHandle, id) => ({
        Id: String(id),
        ReceiptHandle,
        VisibilityTimeout: 0,
      })),
    );
    expect(emitted('abandoned').map(({ started }) => started)).toEqual([false, false, false, false]);
    expect(clock.sleepers).toBe(0); // no timer may live on into a later invocation
  });

  it('aborts what still runs when the deadline is near, and answers before it although a handler hangs', async () => {
    const { consumer, clock, emitted } = ordersConsumer(async ({ n }, _info, scope) => {
      if (n === 0) return;
      if (n === 1) await clock.sleep(60_000, scope.signal);
      await new Promise(() => {});
    });
    let answeredAt: number | undefined;
    const done = consumer.handleBatch(records(3), { deadline: deadlineIn(5_000, clock) }).then((answer) => {
      answeredAt = clock.monotonic();
      return answer;
    });
    await clock.advance(5_000);
    expect(await done).toEqual({ failedMessageIds: ['m-1', 'm-2'] });
    expect(answeredAt).toBe(4_750);
    expect(emitted('retried')).toMatchObject([{ messageId: 'm-1' }]);
    expect(emitted('abandoned')).toMatchObject([{ messageId: 'm-2', started: true }]);
  });

  it.each([
    ['timing the next delivery', '{"n":0}', 'ChangeMessageVisibilityBatch'],
    ['moving poison', 'no JSON', 'SendMessage'],
  ])('answers before the deadline although %s hangs, and leaves no call behind', async (_what, body, hanging) => {
    const { consumer, clock, aws, emitted } = ordersConsumer(async () => {
      throw new Error('fails');
    });
    aws.before = ({ operation }) => (operation === hanging ? 60_000 : undefined);
    let answeredAt: number | undefined;
    const done = consumer.handleBatch([received(body)], { deadline: deadlineIn(4_000, clock) }).then((answer) => {
      answeredAt = clock.monotonic();
      return answer;
    });
    await clock.advance(4_000);
    expect(answeredAt).toBeLessThan(4_000);
    expect(await done).toEqual({ failedMessageIds: ['m-1'] });
    expect([...emitted('visibilityFailed'), ...emitted('poisoned')]).toHaveLength(1);
    expect(clock.sleepers).toBe(0);
  });

  it("passes the host's abort on to what runs", async () => {
    const { consumer, clock, aws } = ordersConsumer(async (_order, _info, scope) => {
      await clock.sleep(60_000, scope.signal);
    });
    const host = new AbortController();
    const done = consumer.handleBatch(records(1), { signal: host.signal });
    await clock.settle();
    host.abort();
    await clock.settle();
    expect(await done).toEqual({ failedMessageIds: ['m-0'] });
    expect(released(aws)).toMatchObject([{ VisibilityTimeout: 0 }]);
  });

  it('shows the abort to a handler that asks for its signal only then', async () => {
    let aborted: boolean | undefined;
    const { consumer, clock } = ordersConsumer(async (_order, _info, scope) => {
      await clock.sleep(100);
      aborted = scope.signal.aborted;
    });
    const host = new AbortController();
    const done = consumer.handleBatch(records(1), { signal: host.signal });
    await clock.settle();
    host.abort();
    await clock.advance(100);
    await done;
    expect(aborted).toBe(true);
  });
});
