import { expect, it } from 'vitest';
import { createClient } from '../parity/client.ts';
import { jsonLines } from '../support/json-lines.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import { HOSTS } from '../support/start-app.ts';
import { until } from '../support/until.ts';

interface Emf extends Record<string, unknown> {
  _aws: { CloudWatchMetrics: Array<{ Dimensions: string[][]; Metrics: Array<{ Name: string; Unit: string }> }> };
}

it.each(HOSTS)('publishes the age of its config and each pool of connections, on %s', async (host) => {
  const app = await startOrdersApp({ host });
  try {
    const client = createClient(app);
    const { status } = await client.send('POST', '/sessions', { body: { userId: 'ada' } });
    expect(status).toBe(201);
    const { body } = await client.send('POST', '/orders', {
      body: { sku: 'book', quantity: 1, unitPriceCents: 1_000 },
    });
    const { orderId } = body as { orderId: string };
    await until(
      'the order is placed',
      async () => (await client.send('GET', `/orders/${orderId}`)).status,
      (found) => found === 200,
    );
    // A service drains and an environment is ended: all metrics are out by then.
    await app.launched.stop();
    const linesOf = (component: string) =>
      jsonLines(app.lines().join('\n')).filter((line): line is Emf => '_aws' in line && line.component === component);
    // A function that reads no config has no age of one: the front does not.
    const [age] = linesOf(host === 'service' ? 'service' : 'orders').filter(({ configAge }) => configAge !== undefined);
    expect(age?.configAge).toBeGreaterThanOrEqual(0);
    expect(age?.configAge).toBeLessThan(60_000);
    const lines = linesOf(host === 'service' ? 'service' : 'http');
    const pools = lines.filter(({ pool }) => pool === 'dynamodb');
    expect(pools[0]).toMatchObject({
      connectionsBusy: expect.any(Number),
      connectionsIdle: expect.any(Number),
      connectionsWaiting: 0,
      connectTime: expect.anything(),
    });
    expect(pools[0]?.connectionsBusy).toBeGreaterThanOrEqual(1);
    expect(pools[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service', 'component', 'pool']]);
  } finally {
    await app[Symbol.asyncDispose]();
  }
});
