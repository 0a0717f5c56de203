import { systemClock } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createSessions } from './create-sessions.ts';
import { memorySessionDriver } from './drivers/memory.ts';
import type { SessionStoreOptions } from './session-store.ts';
import { sessionStore } from './session-store.ts';

const schema = z
  .object({ cart: z.optional(z.array(z.string())), coupon: z.optional(z.string()), role: z.optional(z.string()) })
  .check(z.refine(({ cart, coupon }) => coupon === undefined || (cart ?? []).length > 0));
const MINUTE_MS = 60_000;

/** A store whose reads and writes are counted, and whose wall clock the test moves. */
function setup(options: Omit<SessionStoreOptions<typeof schema>, 'schema'> = {}) {
  let shiftMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + shiftMs };
  const memory = memorySessionDriver({ clock });
  const calls: string[][] = [];
  const driver: typeof memory = {
    ...memory,
    read: (keys, given) => {
      calls.push(['read', ...keys]);
      return memory.read(keys, given);
    },
    write: (changes, given) => {
      calls.push(['write', ...changes.map(({ key }) => key)]);
      return memory.write(changes, given);
    },
  };
  const definition = sessionStore('sessions', { schema, idle: '40m', absolute: '12h', ...options });
  const store = createSessions({ definition, driver, clock, random: () => 0.99 });
  const shift = (ms: number) => {
    shiftMs += ms;
  };
  return { store, shift, calls };
}

describe('a request at rest', () => {
  it('is one read of the session, the epoch of its user and one of the store', async () => {
    const { store, calls } = setup();
    const { id } = await store.create({}, { userId: 'ada' });
    const visitor = await store.create({});
    calls.length = 0;
    await store.touch(id);
    await store.touch(visitor.id);
    expect(calls).toEqual([
      ['read', expect.stringMatching(/^[\w-]{43}$/), 'epoch:15', expect.stringMatching(/^user-epoch:[\w-]{22}$/)],
      ['read', expect.stringMatching(/^[\w-]{43}$/), 'epoch:15'],
    ]);
    expect(id).not.toContain('ada');
  });

  it('writes after a quarter of idle, so a session ends after 0.75 to 1.0 of it', async () => {
    const { store, shift, calls } = setup();
    const { id } = await store.create({});
    calls.length = 0;
    shift(9 * MINUTE_MS);
    await store.touch(id);
    expect(calls.filter(([kind]) => kind === 'write')).toHaveLength(0);
    shift(2 * MINUTE_MS);
    await store.touch(id);
    expect(calls.filter(([kind]) => kind === 'write')).toHaveLength(1);
    shift(9 * MINUTE_MS);
    await store.touch(id);
    // 31 minutes after the last request, and 40 after the last write.
    shift(31 * MINUTE_MS);
    expect((await store.touch(id)).ended?.reason).toBe('idle');
    expect(calls.filter(([kind]) => kind === 'write')).toHaveLength(1);
  });

  it('needs no call for an id that cannot be one', async () => {
    const { store, calls } = setup();
    for (const id of ['', 'x', 'x'.repeat(44), `${'x'.repeat(42)}!`]) {
      expect((await store.touch(id)).ended?.reason).toBe('unknown');
    }
    expect(calls).toEqual([]);
  });
});

describe('a merge', () => {
  it('is checked as a whole', async () => {
    const { store } = setup();
    const { id } = await store.create({ cart: ['pen'] });
    const [one, two] = [(await store.load(id)).session, (await store.load(id)).session];
    if (!one || !two) throw new Error('the session is there');
    await store.save(one, { cart: [] });
    // Each side fits; a coupon with an empty cart does not.
    await expect(store.save(two, { cart: ['pen'], coupon: 'c' })).rejects.toMatchObject({ code: 'SESSION_INVALID' });
    expect((await store.load(id)).session?.data).toEqual({ cart: [] });
  });

  it('never happens across a move, nor across a change of the principal', async () => {
    const { store } = setup();
    const session = await store.create({ cart: ['pen'] });
    const moved = await store.regenerate(session.id, { userId: 'ada', data: { role: 'admin' } });
    expect(await store.save(session, { cart: ['pen'], coupon: 'c' })).toMatchObject({
      ended: { reason: 'regenerated' },
    });
    expect((await store.load(moved.session?.id ?? '')).session?.data).toEqual({ role: 'admin' });
    // The same id with another principal, which no method produces.
    if (!moved.session) throw new Error('the session moved');
    Object.assign(moved.session, { userId: 'bob' });
    const saved = store.save(moved.session, { role: 'admin', cart: ['pen'] });
    await expect(saved).rejects.toMatchObject({
      code: 'SESSION_CONFLICT',
      message: expect.stringContaining('its principal has changed'),
    });
  });
});

describe('an end', () => {
  it('keeps its reason and note for `remember`, then the id is unknown', async () => {
    const { store, shift } = setup({ remember: '1h' });
    const { id } = await store.create({}, { userId: 'ada' });
    await store.endUser('ada', { note: 'password changed' });
    expect((await store.load(id)).ended).toMatchObject({ reason: 'user', note: 'password changed' });
    shift(61 * MINUTE_MS);
    expect((await store.load(id)).ended).toEqual({ reason: 'unknown' });
  });

  it('by the list is of the own sessions only, and a handle opens nothing', async () => {
    const { store } = setup();
    const { id } = await store.create({ cart: ['pen'] }, { userId: 'ada' });
    await store.create({}, { userId: 'bob' });
    const [summary, ...others] = await store.list('ada');
    if (!summary) throw new Error('the session is listed');
    expect(others).toEqual([]);
    const { handle } = summary;
    expect(await store.inspect(handle)).toMatchObject({ session: { data: { cart: ['pen'] }, userId: 'ada' } });
    expect((await store.load(handle)).ended?.reason).toBe('unknown');
    await store.endListed('bob', handle);
    expect((await store.load(id)).session).toBeDefined();
    await store.endListed('ada', handle);
    expect((await store.inspect(handle)).session).toBeUndefined();
    expect(await store.list('ada')).toEqual([]);
  });
});
