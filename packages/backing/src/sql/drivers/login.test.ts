import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import type { Limit } from './limit.ts';
import type { Login } from './login.ts';
import { iamLogin, rotatingLogin } from './login.ts';

const forMs = (ms: number, clock: { monotonic(): number }): Limit => ({
  endMs: clock.monotonic() + ms,
  signal: undefined,
});

function world() {
  const clock = createTestClock();
  const secret = { username: 'app', password: 'one' };
  const refreshes: AbortSignal[] = [];
  const warned: string[] = [];
  /** AWSPREVIOUS, while the config has it for a secret that has just changed. */
  let before: (() => Promise<typeof secret | undefined>) | undefined;
  let asked = 0;
  let found = Promise.withResolvers<boolean>();
  const source = rotatingLogin({
    read: () => ({ ...secret }),
    readPrevious: async () => {
      asked += 1;
      return before?.();
    },
    refresh: (signal) => {
      refreshes.push(signal);
      return found.promise;
    },
    clock,
    random: () => 0.5,
    onWait: (user) => void warned.push(user),
  });
  return {
    clock,
    secret,
    source,
    refreshes,
    warned,
    asked: () => asked,
    /** The config has this for AWSPREVIOUS. */
    setBefore: (answer: NonNullable<typeof before>) => {
      before = answer;
    },
    /** The config has looked. */
    look: (isNewer: boolean) => {
      found.resolve(isNewer);
      found = Promise.withResolvers();
    },
  };
}

describe('a login that rotates', () => {
  it('has a new generation when user or password change, and not when the config is read again', async () => {
    const { source, secret } = world();
    expect(await source.current()).toBe(await source.current());
    expect(source.generation()).toBe(1);
    secret.password = 'two';
    expect(source.generation()).toBe(2);
    expect(await source.current()).toEqual({ user: 'app', password: 'two' });
  });

  it('tries the one before once, in the minute after a change', async () => {
    const { source, secret, clock } = world();
    const one = await source.current();
    secret.password = 'two';
    const two = await source.current();
    expect(await source.afterRefusal([two], forMs(0, clock))).toBe(one);
    expect(await source.afterRefusal([two, one], forMs(0, clock))).toBeUndefined();
    await clock.advance(60_000);
    expect(await source.afterRefusal([two], forMs(0, clock))).toBeUndefined();
  });

  it('does not ask for AWSPREVIOUS when it has the one before', async () => {
    const { source, secret, clock, asked } = world();
    const one = await source.current();
    secret.password = 'two';
    expect(await source.afterRefusal([await source.current()], forMs(0, clock))).toBe(one);
    expect(asked()).toBe(0);
  });

  it('tries AWSPREVIOUS once when it has none', async () => {
    const { source, clock, setBefore } = world();
    setBefore(async () => ({ username: 'app', password: 'zero' }));
    const one = await source.current();
    const zero = await source.afterRefusal([one], forMs(100, clock));
    expect(zero).toEqual({ user: 'app', password: 'zero' });
    const again = source.afterRefusal([one, zero as Login], forMs(100, clock));
    await clock.advance(100);
    expect(await again).toBeUndefined();
    expect(clock.sleepers).toBe(0);
  });

  it('waits like the others when AWSPREVIOUS cannot be read, and no longer than its limit for the answer', async () => {
    const { source, clock, setBefore, refreshes, asked } = world();
    const one = await source.current();
    setBefore(() => Promise.reject(new Error('denied')));
    const waiting = source.afterRefusal([one], forMs(1_000, clock));
    await clock.settle();
    expect(refreshes).toHaveLength(1);
    await clock.advance(188); // the pause
    expect(await waiting).toBe(one);
    setBefore(() => new Promise(() => {}));
    const late = source.afterRefusal([one], forMs(1_000, clock));
    await clock.advance(1_000);
    expect(await late).toBeUndefined();
    expect([asked(), clock.sleepers]).toEqual([2, 0]);
  });

  it('does not try it when nothing has changed', async () => {
    const { source, clock } = world();
    expect(await source.afterRefusal([await source.current()], forMs(0, clock))).toBeUndefined();
  });

  it('takes a login that has come meanwhile without waiting', async () => {
    const { source, secret, refreshes, clock } = world();
    const one = await source.current();
    secret.password = 'two';
    expect(await source.afterRefusal([one], forMs(0, clock))).toEqual({ user: 'app', password: 'two' });
    expect(refreshes).toEqual([]);
  });

  it('makes all that were refused wait together for a newer config', async () => {
    const { source, secret, clock, look, refreshes, warned } = world();
    const one = await source.current();
    const waiting = [1, 2, 3].map(() => source.afterRefusal([one], forMs(15_000, clock)));
    await clock.settle();
    expect([refreshes.length, warned]).toEqual([1, ['app']]);
    secret.password = 'two';
    look(true);
    expect(await Promise.all(waiting)).toEqual(Array<Login>(3).fill({ user: 'app', password: 'two' }));
    expect(clock.sleepers).toBe(0);
  });

  it('tries the same login again after a pause that grows, warns once, and gives up at the limit', async () => {
    const { source, clock, warned, refreshes, look } = world();
    const one = await source.current();
    const limit = forMs(700, clock);
    for (const pauseMs of [188, 375]) {
      const asked = source.afterRefusal([one], limit);
      await clock.settle();
      look(false); // the config has nothing newer
      await clock.advance(pauseMs);
      expect(await asked).toBe(one);
    }
    const last = source.afterRefusal([one], limit);
    await clock.advance(200);
    expect(await last).toBeUndefined();
    expect([warned, refreshes.map(({ aborted }) => aborted)]).toEqual([['app'], [true, true, true]]);
    expect(clock.sleepers).toBe(0);
  });

  it('leaves nothing in flight when the last that waits has gone', async () => {
    const { source, clock, refreshes } = world();
    const left = new AbortController();
    const one = await source.current();
    const asked = source.afterRefusal([one], { endMs: clock.monotonic() + 15_000, signal: left.signal });
    await clock.settle();
    expect(refreshes[0]?.aborted).toBe(false);
    left.abort();
    expect(await asked).toBeUndefined();
    expect(refreshes[0]?.aborted).toBe(true);
    await clock.settle();
    expect(clock.sleepers).toBe(0);
  });
});

it('a login by IAM has a token for each connection, and nothing to wait for', async () => {
  let signed = 0;
  const source = iamLogin('app', async () => `token-${++signed}`);
  expect([await source.current(), (await source.current()).password]).toEqual([
    { user: 'app', password: 'token-1' },
    'token-2',
  ]);
  expect(source.generation()).toBe(0);
  expect(await source.afterRefusal([], forMs(15_000, createTestClock()))).toBeUndefined();
});
