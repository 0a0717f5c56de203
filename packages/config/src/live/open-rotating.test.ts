import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { secret } from '../schema/secret.ts';
import { parameterStore, secretsManager } from '../sources/sources.ts';
import { createConfig } from './create-config.ts';
import { openRotating } from './open-rotating.ts';

const definition = defineConfig({
  schema: z.object({ rate: z.coerce.number(), password: secret(z.string()) }),
  sources: [parameterStore(), secretsManager()],
});
const PASSWORD = 'orders/prod/password';

class Refused extends Error {}

/** A database that knows one password at a time. */
async function world() {
  const parameters: Record<string, string> = { '/orders/prod/rate': '1' };
  const secrets: Record<string, string> = { [PASSWORD]: 'p1' };
  const database = { password: 'p1', opened: 0, closed: 0, closedInUse: 0 };
  const aws = fakeStores({ parameters, secrets });
  const clock = createTestClock();
  const live = createConfig(definition, { app: 'orders', stage: 'prod', aws, clock });
  const pool = await openRotating(live, {
    keys: ['password'],
    open: async (config) => {
      database.opened += 1;
      return { password: config.password.reveal(), busy: 0 };
    },
    close: async (one) => {
      database.closed += 1;
      if (one.busy > 0) database.closedInUse += 1;
    },
    isAuthFailure: (error) => error instanceof Refused,
  });
  const request = () =>
    pool.use(async (one) => {
      one.busy += 1;
      try {
        await new Promise(setImmediate);
        if (one.password !== database.password) throw new Refused('password authentication failed');
        return 'done';
      } finally {
        one.busy -= 1;
      }
    });
  return { parameters, secrets, database, aws, clock, live, pool, request };
}

describe('openRotating', () => {
  it('fails none of 500 requests while the password rotates, half-written at first, and fetches a handful of times', async () => {
    const { secrets, database, aws, clock, request, pool } = await world();
    const requests: Array<Promise<string>> = [];
    for (let at = 0; at < 500; at += 1) {
      requests.push(request());
      if (at === 150) database.password = 'p2'; // the service knows it, the store does not yet
      if (at % 50 === 0) await new Promise(setImmediate);
    }
    await clock.advance(1_000);
    secrets[PASSWORD] = 'p2';
    await clock.advance(5_000);
    expect(new Set(await Promise.all(requests))).toEqual(new Set(['done']));
    expect(aws.requests.length).toBeLessThan(8);
    await pool.close();
    expect(database).toEqual({ password: 'p2', opened: 2, closed: 2, closedInUse: 0 });
    await expect(request()).rejects.toThrow(/it is closed/);
  });

  it('keeps the resource when other keys change, and still finds a rotation after that', async () => {
    const { parameters, secrets, database, live, request } = await world();
    parameters['/orders/prod/rate'] = '2';
    await live.refresh();
    expect([live.state.version, database.opened]).toEqual([2, 1]);
    database.password = 'p2';
    secrets[PASSWORD] = 'p2';
    expect(await request()).toBe('done');
    expect([live.state.version, database.opened, database.closed]).toEqual([3, 2, 1]);
  });

  it('passes on an error that is not a refusal, and a refusal that nothing new answers', async () => {
    const { database, request, pool, clock } = await world();
    await expect(pool.use(() => Promise.reject(new RangeError('a bug')))).rejects.toThrow(RangeError);
    database.password = 'unknown';
    const failing = expect(request()).rejects.toThrow(Refused);
    await clock.advance(6_000);
    await failing;
  });
});
