import { expect, it } from 'vitest';
import { createClient } from '../parity/client.ts';
import { jsonLines } from '../support/json-lines.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import { HOSTS } from '../support/start-app.ts';

interface Emf extends Record<string, unknown> {
  _aws: { CloudWatchMetrics: Array<{ Dimensions: string[][]; Metrics: Array<{ Name: string; Unit: string }> }> };
}

it.each(HOSTS)('says of its own: the config and each pool of connections, on %s', async (host) => {
  const app = await startOrdersApp({ host });
  try {
    const { status } = await createClient(app).send('POST', '/sessions', { body: { userId: 'ada' } });
    expect(status).toBe(201);
    // A service drains, an environment is told to end: whatever there is goes out by then.
    await app.launched.stop();
    const component = host === 'service' ? 'service' : 'http';
    const lines = jsonLines(app.lines().join('\n')).filter(
      (line): line is Emf => '_aws' in line && line.component === component,
    );
    const [age] = lines.filter(({ configAge }) => configAge !== undefined);
    expect(age?.configAge).toBeGreaterThanOrEqual(0);
    expect(age?.configAge).toBeLessThan(60_000);
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
