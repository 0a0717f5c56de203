import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import type { FakeStores } from '../fake-stores.fixture.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { secret } from '../schema/secret.ts';
import { env, parameterStore, secretsManager } from '../sources/sources.ts';
import { createConfig } from './create-config.ts';
import type { ConfigEvent } from './live-config.ts';

const target = { app: 'orders', stage: 'prod' };
const definition = defineConfig({
  schema: z.object({ rate: z.coerce.number(), key: secret(z.string().check(z.minLength(3))) }),
  sources: [env(), parameterStore(), secretsManager()],
});
const RATE = '/orders/prod/rate';
const KEY = 'orders/prod/key';

function world(over: FakeStores = {}) {
  const stores: FakeStores & { parameters: Record<string, string>; secrets: Record<string, string> } = {
    parameters: { [RATE]: '1' },
    secrets: { [KEY]: 'k-1' },
    ...over,
  } as never; // both are there
  const aws = fakeStores(stores);
  const clock = createTestClock();
  const events: ConfigEvent[] = [];
  const reported: string[] = [];
  const live = createConfig(definition, {
    ...target,
    env: {},
    aws,
    clock,
    random: () => 0.5,
    maxAgeMs: 60_000,
    retryAfterMs: 10_000,
    onEvent: (event) => events.push(event),
    onSecret: (value) => reported.push(value),
  });
  return { stores, aws, clock, events, reported, live };
}

describe('createConfig', () => {
  it('makes one fetch for a thousand concurrent gets, also after the first load failed', async () => {
    const { live, aws, stores } = world({ failure: { code: 'ThrottlingException', retryable: true } });
    const failed = await Promise.allSettled(Array.from({ length: 1_000 }, () => live.get()));
    expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(aws.requests).toHaveLength(1);
    delete stores.failure;
    const all = await Promise.all(Array.from({ length: 1_000 }, () => live.get()));
    expect(new Set(all).size).toBe(1);
    expect(aws.requests).toHaveLength(2);
    expect(() => world().live.current).toThrow(/await get\(\) first/);
  });

  it('asks again when it is used after its age, once, while the others get what is there', async () => {
    const { live, aws, stores, clock, events } = world();
    const one = await live.get();
    await clock.advance(59_999);
    expect([live.due, await live.get()]).toEqual([false, one]);
    await clock.advance(1);
    stores.parameters[RATE] = '2';
    expect([live.due, aws.requests.length]).toEqual([true, 1]);
    const first = live.get();
    expect(await Promise.all(Array.from({ length: 500 }, () => live.get()))).toEqual(Array(500).fill(one));
    expect((await first).rate).toBe(2);
    expect(live.current).not.toBe(one);
    expect([one.rate, Object.isFrozen(live.current)]).toEqual([1, true]);
    expect(aws.requests).toHaveLength(2);
    expect(events).toEqual([{ kind: 'changed', reason: 'age', version: 2, changed: ['rate'] }]);
    expect(clock.sleepers).toBe(0);
  });

  it('sees that a frozen process is old, though its monotonic clock stood still', async () => {
    const { live, clock, aws } = world();
    await live.get();
    clock.advanceWall(3_600_000);
    expect(live.state.ageMs).toBe(3_600_000);
    await live.get();
    expect(aws.requests).toHaveLength(2);
    clock.advanceWall(-7_200_000);
    expect([live.due, live.state.ageMs]).toEqual([false, 0]);
  });

  it('keeps the very snapshot and its version when nothing changed, and finds a changed secret', async () => {
    const { live, clock, stores, events, reported } = world();
    const one = await live.get();
    await clock.advance(60_000);
    expect(await live.get()).toBe(one);
    expect(live.state).toEqual({ version: 1, ageMs: 0, stale: false });
    stores.secrets[KEY] = 'k-2';
    expect((await live.refresh()).key.reveal()).toBe('k-2');
    expect(events.map((event) => event.kind)).toEqual(['unchanged', 'changed']);
    expect(events[1]).toMatchObject({ reason: 'demand', changed: ['key'] });
    expect(reported).toEqual(['k-1', 'k-1', 'k-2']);
  });

  it('keeps the last good one when the stores fail, with its age, and does not ask at every use', async () => {
    const { live, clock, aws, stores, events } = world();
    const one = await live.get();
    await clock.advance(60_000);
    stores.failure = { code: 'ThrottlingException', retryable: true };
    expect(await live.get()).toBe(one);
    expect(events).toMatchObject([{ kind: 'kept', why: 'unreachable', ageMs: 60_000, version: 1 }]);
    await clock.advance(9_000);
    await live.get();
    expect(aws.requests).toHaveLength(2);
    expect(live.state).toMatchObject({ version: 1, ageMs: 69_000, stale: true, lastError: { code: 'CONFIG_INVALID' } });
    await expect(live.refresh()).rejects.toMatchObject({ retryable: true });
    delete stores.failure;
    await clock.advance(10_000);
    await live.get();
    expect(live.state).toEqual({ version: 1, ageMs: 0, stale: false });
  });

  it('keeps the last good one when the new one does not fit, and never tells a value', async () => {
    const { live, stores, events } = world();
    const one = await live.get();
    stores.secrets[KEY] = 'x?';
    await expect(live.refresh()).rejects.toMatchObject({ faults: [{ key: 'key', reason: 'malformed' }] });
    expect(live.current).toBe(one);
    expect(events).toMatchObject([{ kind: 'kept', why: 'invalid' }]);
    expect(JSON.stringify(events) + String((events[0] as { error?: Error }).error)).not.toContain('x?');
  });

  it('gives up a store that takes five seconds, with nothing left in flight', async () => {
    const { live, aws, clock, events } = world();
    const one = await live.get();
    const { call } = aws;
    let aborted = 0;
    aws.call = async (service, operation, input, options) => {
      try {
        await clock.sleep(5_000, options.signal);
      } catch (error) {
        aborted += 1;
        throw error;
      }
      return call(service, operation, input, options);
    };
    await clock.advance(60_000);
    const getting = live.get();
    await clock.advance(2_000);
    expect(await getting).toBe(one);
    expect([aborted, clock.sleepers]).toEqual([1, 0]);
    expect(events).toMatchObject([
      { kind: 'kept', why: 'unreachable', error: { message: expect.stringMatching(/longer than 2000 ms/) } },
    ]);
  });

  it('does not refresh by age what only the environment supplies', async () => {
    const clock = createTestClock();
    const live = createConfig(definition, { ...target, env: { RATE: '1', KEY: 'abc' }, clock });
    await live.get();
    clock.advanceWall(1e9);
    expect(live.due).toBe(false);
  });

  it('spreads the age of snapshots, so that processes that start together do not ask together', async () => {
    for (const [chance, dueMs] of [
      [0, 48_000],
      [0.999, 71_976],
    ] as const) {
      const clock = createTestClock();
      const options = { ...target, env: {}, aws: fakeStores(world().stores), clock, maxAgeMs: 60_000 };
      const live = createConfig(definition, { ...options, random: () => chance });
      await live.get();
      await clock.advance(dueMs - 1);
      expect(live.due).toBe(false);
      await clock.advance(1);
      expect(live.due).toBe(true);
    }
  });

  it('refuses unknown options', () => {
    expect(() => createConfig(definition, { ...target, maxAge: '5m' } as never)).toThrow(/unknown option 'maxAge'/);
  });
});

describe('onChange', () => {
  it('prepares first and swaps in the same turn, so that no reader sees one without the other', async () => {
    const { live, stores } = world();
    await live.get();
    const seen: string[] = [];
    let pool = 'pool 1';
    live.onChange(async ({ next, previous, changed, version }) => {
      await new Promise(setImmediate);
      seen.push(`${previous.rate} -> ${next.rate} as ${version} (${changed}) while ${live.current.rate} with ${pool}`);
      return {
        swap: () => {
          pool = `pool ${next.rate}`;
          seen.push(`swapped at ${live.current.rate}`);
        },
      };
    });
    stores.parameters[RATE] = '2';
    await live.refresh();
    expect(seen).toEqual(['1 -> 2 as 2 (rate) while 1 with pool 1', 'swapped at 2']);
    expect(pool).toBe('pool 2');
  });

  it('may veto: nothing is swapped, and what others prepared is discarded', async () => {
    const { live, stores, events } = world();
    const one = await live.get();
    const calls: string[] = [];
    live.onChange(() => ({ swap: () => calls.push('swap'), discard: () => void calls.push('discard') }));
    const end = live.onChange(() => {
      throw new Error('the new password does not work yet');
    });
    stores.parameters[RATE] = '2';
    await expect(live.refresh()).rejects.toThrow('does not work yet');
    expect([live.current, calls]).toEqual([one, ['discard']]);
    expect(events).toMatchObject([{ kind: 'kept', why: 'vetoed' }]);
    end();
    await live.refresh();
    expect(calls).toEqual(['discard', 'swap']);
  });

  it('does not wait for a hook without a limit, and discards what it prepares too late', async () => {
    const { live, stores, clock } = world();
    const one = await live.get();
    const late = Promise.withResolvers<void>();
    const calls: string[] = [];
    live.onChange(async () => {
      await late.promise;
      return { swap: () => calls.push('swap'), discard: () => void calls.push('discard') };
    });
    stores.parameters[RATE] = '2';
    const refreshing = live.refresh();
    const refused = expect(refreshing).rejects.toThrow(/longer than 10000 ms/);
    await clock.advance(10_000);
    await refused;
    late.resolve();
    await clock.advance(0);
    expect([live.current, calls]).toEqual([one, ['discard']]);
  });
});

describe('reportAuthFailure', () => {
  it('refreshes once for all who report the same version, and not at all for an older one', async () => {
    const { live, aws, stores } = world();
    await live.get();
    stores.secrets[KEY] = 'k-2';
    const all = await Promise.all(Array.from({ length: 500 }, () => live.reportAuthFailure({ version: 1 })));
    expect(new Set(all)).toEqual(new Set([true]));
    expect(await live.reportAuthFailure({ version: 1 })).toBe(true);
    expect([aws.requests.length, live.state.version]).toEqual([2, 2]);
  });

  it('goes on looking for the grace period, because a rotation publishes last, and is then rate limited', async () => {
    const { live, aws, stores, clock } = world();
    await live.get();
    const report = live.reportAuthFailure({ version: 1 });
    await clock.advance(1_000);
    expect(aws.requests.length).toBe(1 + 2);
    stores.secrets[KEY] = 'k-2';
    await clock.advance(1_000);
    expect(await report).toBe(true);
    expect(live.current.key.reveal()).toBe('k-2');

    // Credentials that stay wrong are looked up less and less often.
    const before = aws.requests.length;
    for (let round = 0; round < 30; round += 1) {
      const useless = live.reportAuthFailure();
      await clock.advance(5_000);
      expect(await useless).toBe(false);
    }
    expect(aws.requests.length - before).toBeLessThan(14);
    expect(clock.sleepers).toBe(0);
  });

  it('leaves when the caller aborts, without ending the search of the others', async () => {
    const { live, clock, stores } = world();
    await live.get();
    const caller = new AbortController();
    const left = live.reportAuthFailure({ signal: caller.signal });
    const stayed = live.reportAuthFailure();
    const refused = expect(left).rejects.toThrow('gone');
    await clock.advance(100);
    caller.abort(new Error('gone'));
    await refused;
    stores.secrets[KEY] = 'k-2';
    await clock.advance(1_000);
    expect(await stayed).toBe(true);
  });
});
