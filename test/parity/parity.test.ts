import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrdersApp } from '../support/orders-app.ts';
import { startOrdersApp } from '../support/orders-app.ts';
import type { HostKind } from '../support/start-app.ts';
import { HOSTS } from '../support/start-app.ts';
import { normalize } from './normalize.ts';
import { SCENARIOS } from './scenarios.ts';

const apps = new Map<HostKind, OrdersApp>();

beforeAll(async () => {
  for (const host of HOSTS) apps.set(host, await startOrdersApp({ host }));
});
afterAll(async () => {
  for (const app of apps.values()) await app[Symbol.asyncDispose]();
});

async function observe(host: HostKind, run: (app: OrdersApp) => Promise<unknown>): Promise<unknown> {
  const app = apps.get(host);
  if (!app) throw new Error(`The ${host} did not start`);
  return normalize(await run(app));
}

describe('the same on every host', () => {
  it.each(SCENARIOS)('$name', async ({ run, contract }) => {
    const [first, ...others] = await Promise.all(HOSTS.map((host) => observe(host, run)));
    expect(first).toMatchObject(contract as object);
    for (const other of others) expect(other).toEqual(first);
  });
});
