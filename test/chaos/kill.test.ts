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
/** Polls (25 ms and two calls each) without a change after which a queue counts as quiet. */
const QUIET_POLLS = 40;

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
    await app.aws.call('sqs', 'SendMessageBatch', { QueueUrl, Entries }, { access: 'write' });
  }
}

/** Slows each effect and each event down, so that a kill finds work between every two steps. */
function slowDown(app: OrdersApp): void {
  app.endpoint.faults.add({ service: 'dynamodb', operation: 'TransactWriteItems', kind: 'delay', delayMs: 100 });
  app.endpoint.faults.add({ service: 'sns', operation: 'Publish', kind: 'delay', delayMs: 100 });
}

async function midway(app: OrdersApp, atLeast: number): Promise<number> {
  const rows = await until(
    `${atLeast} orders are placed`,
    () => app.rows(),
    (found) => found.length >= atLeast,
  );
  return rows.length;
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
    'sqs',
    'GetQueueAttributes',
    { QueueUrl, AttributeNames: names },
    { access: 'read' },
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

// The kills come while there is work to do: `midway` says so before each.
describe('kills with 50 messages in flight', () => {
  it.each(HOSTS)('loses nothing and doubles nothing: %s', async (host: HostKind) => {
    const app = await startOrdersApp({ host });
    apps.push(app);

    for (let round = 0; round < ROUNDS; round += 1) {
      slowDown(app);
      const before = round * 2 * ORDERS;
      const total = before + 2 * ORDERS;

      // A polite end with work in flight.
      await sendOrders(app, 2 * round);
      expect(await midway(app, before + 5)).toBeLessThan(before + ORDERS);
      await app.launched.stop();
      await app.restart();

      // A rude end with work in flight.
      await sendOrders(app, 2 * round + 1);
      expect(await midway(app, before + ORDERS + 5)).toBeLessThan(total);
      await kill(app);
      // Whatever the killed process held is hidden until its visibility timeout is over, on the endpoint's clock.
      app.endpoint.clock.advance(VISIBILITY_MS + 1_000);
      if (host === 'service') await app.restart();

      app.endpoint.faults.clear();
      await until(
        `all orders of round ${round} are notified`,
        async () => (await app.rows()).filter(({ status }) => status === 'notified').length,
        (count) => count === total,
        90_000,
      );
      // A handled message whose delete was cut off is still there; it comes once more and changes nothing. Time is moved only
      // when nothing has moved for a while: each move takes the lease of whatever is being handled.
      let quiet = 0;
      let last = -1;
      await until(
        'both queues are empty',
        async () => {
          const left = (await depth(app, '-orders')) + (await depth(app, '-notifications'));
          quiet = left === last ? quiet + 1 : 0;
          last = left;
          if (left > 0 && quiet === QUIET_POLLS) {
            quiet = 0;
            app.endpoint.clock.advance(VISIBILITY_MS + 1_000);
          }
          return left;
        },
        (left) => left === 0,
        60_000,
      );
    }

    const rows = await app.rows();
    expect(rows).toHaveLength(ROUNDS * 2 * ORDERS);
    expect(rows.filter(({ placements }) => placements !== 1)).toEqual([]);
    expect(await depth(app, '-orders-dead-letter')).toBe(0);
    expect(await depth(app, '-notifications-dead-letter')).toBe(0);
  });
});
