import { sqs } from '@twelvefold/aws';
import { afterEach, describe, expect, it } from 'vitest';
import type { OrdersApp } from '../support/orders-app.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import type { HostKind } from '../support/start-app.ts';
import { HOSTS } from '../support/start-app.ts';
import { until } from '../support/until.ts';

/** `npm run verify` runs more rounds. */
const ROUNDS = process.env.TWELVEFOLD_VERIFY ? 4 : 1;
const ORDERS = 50;
/** The queue's visibility timeout: how long a message of a killed process stays hidden. */
const VISIBILITY_MS = 30_000;
/**
 * Orders that pass each step before the rest is held there; fewer than a batch of ten, so that both
 * steps hold some.
 */
const PLACED = 6;
const PUBLISHED = 3;

const apps: OrdersApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app[Symbol.asyncDispose]();
});

const orderId = (round: number, n: number) =>
  `${String(round).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`;

async function sendOrders(app: OrdersApp, round: number): Promise<void> {
  const QueueUrl = app.physicalId('AWS::SQS::Queue', '-orders');
  for (let from = 0; from < ORDERS; from += 10) {
    const Entries = Array.from({ length: 10 }, (_, i) => ({
      Id: String(i),
      MessageBody: JSON.stringify({
        orderId: orderId(round, from + i),
        userId: 'ada',
        sku: 'keyboard',
        quantity: 1,
        unitPriceCents: 100,
        placedAt: '2026-01-01T00:00:00.000Z',
      }),
    }));
    await app.aws.call(sqs, 'SendMessageBatch', { QueueUrl, Entries }, { access: 'write' });
  }
}

/**
 * Holds orders at both of their steps: some before the transaction, some between it and the event.
 */
function holdMidway(app: OrdersApp): void {
  const placing = { service: 'dynamodb', operation: 'TransactWriteItems' } as const;
  const publishing = { service: 'sns', operation: 'Publish' } as const;
  app.endpoint.faults.add({ ...placing, kind: 'delay', delayMs: 0, times: PLACED });
  app.endpoint.faults.add({ ...placing, kind: 'hold' });
  app.endpoint.faults.add({ ...publishing, kind: 'delay', delayMs: 0, times: PUBLISHED });
  app.endpoint.faults.add({ ...publishing, kind: 'hold' });
}

/** Waits until orders are held at both steps. */
async function midway(app: OrdersApp): Promise<void> {
  await until(
    'orders are held at both steps',
    () => app.endpoint.faults.list().filter(({ kind }) => kind === 'hold'),
    (holds) => holds.every(({ struck }) => struck > 0),
  );
}

/** Ends the app by SIGTERM while orders are held; they go on once it has heard the signal. */
async function terminate(app: OrdersApp): Promise<void> {
  const drains = () => app.lines().filter((line) => line.includes('service draining')).length;
  const before = drains();
  const stopped = app.launched.stop();
  if (app.host === 'service') await until('the service drains', drains, (count) => count > before);
  app.endpoint.faults.clear();
  await stopped;
}

async function kill(app: OrdersApp): Promise<void> {
  if (app.launched.task) {
    const exit = await app.launched.task.kill();
    expect(exit.signal).toBe('SIGKILL');
  } else {
    for (const fn of Object.values(app.launched.functions)) await fn.kill();
  }
}

/** How many messages a queue holds, hidden ones included. */
async function depth(app: OrdersApp, nameEnd: string): Promise<number> {
  const QueueUrl = app.physicalId('AWS::SQS::Queue', nameEnd);
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes = {} } = await app.aws.call(
    sqs,
    'GetQueueAttributes',
    { QueueUrl, AttributeNames: names },
    { access: 'read' },
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

describe('ends with work in flight', () => {
  it.each(HOSTS)('loses nothing and doubles nothing: %s', async (host: HostKind) => {
    const app = await startOrdersApp({ host });
    apps.push(app);

    for (let round = 0; round < ROUNDS; round += 1) {
      // A polite end.
      holdMidway(app);
      await sendOrders(app, 2 * round);
      await midway(app);
      await terminate(app);

      // A rude end.
      holdMidway(app);
      await app.restart();
      await sendOrders(app, 2 * round + 1);
      await midway(app);
      await kill(app);
      app.endpoint.faults.clear();
      // What the killed process held is hidden until its visibility timeout is over, on the
      // endpoint's clock.
      app.endpoint.clock.advance(VISIBILITY_MS + 1_000);
      if (host === 'service') await app.restart();

      const total = (round + 1) * 2 * ORDERS;
      await until(
        `all orders of round ${round} are notified`,
        async () => (await app.rows()).filter(({ status }) => status === 'notified').length,
        (count) => count === total,
      );
      // A handled message whose delete was cut off comes once more and changes nothing. Its
      // visibility timeout passes by itself: moving the clock would take the lease of what is being
      // handled, and with it one of its five receives.
      await until(
        'both queues are empty',
        async () => (await depth(app, '-orders')) + (await depth(app, '-notifications')),
        (left) => left === 0,
      );
    }

    const rows = await app.rows();
    expect(rows).toHaveLength(ROUNDS * 2 * ORDERS);
    expect(rows.filter(({ placements }) => placements !== 1)).toEqual([]);
    expect(await depth(app, '-orders-dead-letter')).toBe(0);
    expect(await depth(app, '-notifications-dead-letter')).toBe(0);
  });
});
