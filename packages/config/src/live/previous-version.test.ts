import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import type { FakeStores } from '../fake-stores.fixture.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { secret } from '../schema/secret.ts';
import { env, parameterStore, secretsManager } from '../sources/sources.ts';
import { createConfig } from './create-config.ts';

const definition = defineConfig({
  schema: z.object({
    rate: z.coerce.number(),
    database: z.object({ host: z.string(), password: secret(z.string().check(z.minLength(3))) }),
    old: z.optional(secret(z.string(), { id: 'old', versionStage: 'AWSPREVIOUS' })),
  }),
  sources: [env(), parameterStore(), secretsManager()],
});
const PASSWORD = 'orders/prod/database/password';
const PREVIOUS = `${PASSWORD}@AWSPREVIOUS`;
const KEY = definition.key('database.password');

async function world({ ageMs, over = {} }: { readonly ageMs?: number; readonly over?: Record<string, string> } = {}) {
  const clock = createTestClock();
  const secrets: Record<string, string> = { [PASSWORD]: 'two', [PREVIOUS]: 'one', [`${PASSWORD}@AWSPENDING`]: 'three' };
  const stores: FakeStores = {
    parameters: { '/orders/prod/rate': '1', '/orders/prod/database/host': 'db' },
    secrets,
    ...(ageMs === undefined ? {} : { createdAt: new Date(clock.now() - ageMs) }),
  };
  const aws = fakeStores(stores);
  const reported: string[] = [];
  const live = createConfig(definition, {
    app: 'orders',
    stage: 'prod',
    env: over,
    aws,
    clock,
    random: () => 0.5,
    onSecret: (value) => reported.push(value),
  });
  await live.get();
  const loaded = aws.asked.length;
  return { clock, stores, secrets, live, reported, asked: () => aws.asked.slice(loaded) };
}

describe('the previous version of a secret', () => {
  it('is read once per snapshot when the current one is younger than 60 s, and told to the redactor', async () => {
    const { live, asked, reported } = await world({ ageMs: 59_999 });
    const all = await Promise.all([1, 2, 3].map(() => live.previous(KEY)));
    expect(all.map((one) => one?.reveal())).toEqual(['one', 'one', 'one']);
    await live.previous(KEY);
    expect(asked()).toEqual([PREVIOUS]);
    expect(reported).toContain('one');
    expect(live.current.database.password.reveal()).toBe('two');
  });

  it('is not read when the current one is older, also when it was read before, or when its age is unknown', async () => {
    for (const ageMs of [60_000, undefined]) {
      const { live, asked } = await world(ageMs === undefined ? {} : { ageMs });
      expect([await live.previous(KEY), asked()]).toEqual([undefined, []]);
    }
    const { live, clock } = await world({ ageMs: 30_000 });
    expect((await live.previous(KEY))?.reveal()).toBe('one');
    await clock.advance(30_000);
    expect(await live.previous(KEY)).toBeUndefined();
  });

  it('is read after this process saw the change, whatever the date of the version', async () => {
    const { live, asked, secrets, clock } = await world({ ageMs: 3_600_000 });
    Object.assign(secrets, { [PASSWORD]: 'three', [PREVIOUS]: 'two' });
    await live.refresh();
    expect((await live.previous(KEY))?.reveal()).toBe('two');
    await clock.advance(60_000);
    expect(await live.previous(KEY)).toBeUndefined();
    expect(asked().filter((name) => name === PREVIOUS)).toHaveLength(1);
  });

  it('is not read for a value of the environment, a parameter, or a key that names its stage', async () => {
    const supplied = await world({ ageMs: 0, over: { DATABASE_PASSWORD: 'from-env' } });
    expect([await supplied.live.previous(KEY), supplied.asked()]).toEqual([undefined, []]);
    const { live, asked } = await world({ ageMs: 0 });
    expect(await live.previous(definition.key('rate'))).toBeUndefined();
    expect(await live.previous(definition.key('old'))).toBeUndefined();
    expect(asked()).toEqual([]);
  });

  it('is read again only after a store could not be asked', async () => {
    const { live, stores, asked } = await world({ ageMs: 0 });
    stores.failure = { code: 'ThrottlingException', retryable: true };
    expect(await live.previous(KEY)).toBeUndefined();
    delete stores.failure;
    expect((await live.previous(KEY))?.reveal()).toBe('one');
    expect(asked()).toEqual([PREVIOUS, PREVIOUS]);
  });

  it('is undefined when there is none, when it does not fit the schema, and when the role may not read it', async () => {
    const { live, secrets, asked } = await world({ ageMs: 0 });
    delete secrets[PREVIOUS];
    expect([await live.previous(KEY), await live.previous(KEY)]).toEqual([undefined, undefined]);
    expect(asked()).toEqual([PREVIOUS]);
    const short = await world({ ageMs: 0 });
    short.secrets[PREVIOUS] = 'x';
    expect(await short.live.previous(KEY)).toBeUndefined();
    const denied = await world({ ageMs: 0 });
    denied.stores.denied = [PASSWORD];
    expect(await denied.live.previous(KEY)).toBeUndefined();
  });
});
