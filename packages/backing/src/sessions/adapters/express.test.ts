import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { systemClock } from '@twelvefold/core';
import session from 'express-session';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createSessions } from '../create-sessions.ts';
import type { SessionDriver } from '../driver.ts';
import { memorySessionDriver } from '../drivers/memory.ts';
import { sessionStore } from '../session-store.ts';
import { createExpressStore } from './express.ts';

declare module 'express-session' {
  interface SessionData {
    userId: string;
    cart: string[];
    theme: string;
  }
}

const HOUR_MS = 3_600_000;

/** A driver that counts its calls, under a clock that only the test moves. */
function setup(options: Partial<Parameters<typeof createExpressStore<session.Store>>[0]> = {}) {
  let shiftMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + shiftMs };
  const inner = memorySessionDriver({ clock });
  const calls: string[] = [];
  const driver: SessionDriver = {
    ...inner,
    read: (...args) => {
      calls.push('read');
      return inner.read(...args);
    },
    write: (...args) => {
      calls.push('write');
      return inner.write(...args);
    },
  };
  const store = createExpressStore({ Store: session.Store, driver, clock, ...options });
  const shift = (ms: number) => {
    shiftMs += ms;
  };
  return { driver, store, clock, calls, shift };
}

const cookie = (expiresAtMs: number) => ({ originalMaxAge: HOUR_MS, expires: new Date(expiresAtMs) });
const of = (store: session.Store) => ({
  get: promisify(store.get.bind(store)) as (sid: string) => Promise<session.SessionData | null>,
  set: promisify(store.set.bind(store)) as (sid: string, data: object) => Promise<void>,
  touch: promisify((store.touch as NonNullable<typeof store.touch>).bind(store)) as unknown as (
    sid: string,
    data: object,
  ) => Promise<void>,
  destroy: promisify(store.destroy.bind(store)),
});

describe('a store of express-session', () => {
  it('takes any text as an id, keeps what JSON keeps, and ends to the millisecond', async () => {
    const { store, clock, shift } = setup();
    const { get, set } = of(store);
    const until = clock.now() + 1_500;
    for (const sid of ['s', 'ünï:漢字', 'x'.repeat(5_000), '../../etc']) {
      await set(sid, { cookie: cookie(until), cart: [sid] });
      expect((await get(sid))?.cart).toEqual([sid]);
    }
    shift(1_400);
    expect(await get('s')).not.toBeNull();
    shift(100);
    expect(await get('s')).toBeNull();
  });

  it('works without callbacks, and emits an error that no callback takes', async () => {
    const { store, driver } = setup();
    store.set('s', { cookie: cookie(Date.now() + HOUR_MS) } as never);
    store.destroy('s');
    await of(store).get('s');
    const failing = createExpressStore({
      Store: session.Store,
      driver: { ...driver, read: () => Promise.reject(new Error('down')) },
    });
    const emitted = new Promise((resolve) => failing.once('error', resolve));
    failing.destroy('s');
    expect(await emitted).toMatchObject({ message: 'down' });
  });

  it('writes nothing while only the expiry moves, until a quarter of it has passed', async () => {
    const { store, clock, calls, shift } = setup();
    const { get, set, touch } = of(store);
    await set('s', { cookie: cookie(clock.now() + HOUR_MS), cart: ['a'] });
    calls.length = 0;
    for (let request = 0; request < 10; request += 1) {
      shift(60_000);
      const found = await get('s');
      await touch('s', { ...found, cookie: cookie(clock.now() + HOUR_MS) });
      await set('s', { ...found, cookie: cookie(clock.now() + HOUR_MS) });
    }
    expect(calls).toEqual(Array(10).fill('read'));
    shift(6 * 60_000);
    const found = await get('s');
    await touch('s', { ...found, cookie: cookie(clock.now() + HOUR_MS) });
    expect(calls.filter((call) => call === 'write')).toHaveLength(1);
    shift(59 * 60_000);
    expect(await get('s')).not.toBeNull();
  });

  it('keeps changes of different fields by requests at once', async () => {
    const { store, clock } = setup();
    const { get, set } = of(store);
    const base = { cookie: cookie(clock.now() + HOUR_MS), cart: ['a'], theme: 'light' };
    await set('s', base);
    const [one, two] = [await get('s'), await get('s')];
    await set('s', { ...one, cart: ['a', 'b'] });
    await get('s');
    await set('s', { ...two, theme: 'dark' });
    expect(await get('s')).toMatchObject({ cart: ['a', 'b'], theme: 'dark' });
  });

  it('brings no ended session back, and ends sessions of a user with those of the app', async () => {
    const { store, driver, clock } = setup({
      userOf: ({ userId }) => (typeof userId === 'string' ? userId : undefined),
    });
    const { get, set, destroy } = of(store);
    const data = { cookie: cookie(clock.now() + HOUR_MS), userId: 'ada' };
    await set('s', data);
    await destroy('s');
    await set('s', { ...data, theme: 'dark' });
    expect(await get('s')).toBeNull();
    await set('t', data);
    const own = createSessions({ definition: sessionStore('own', { schema: z.object({}) }), driver, clock });
    await own.endUser('ada');
    expect(await get('t')).toBeNull();
    await set('t', { ...data, theme: 'dark' });
    expect(await get('t')).toBeNull();
  });

  it('refuses a change of the user beside another change', async () => {
    const { store, clock } = setup({ userOf: ({ userId }) => (typeof userId === 'string' ? userId : undefined) });
    const { get, set } = of(store);
    await set('s', { cookie: cookie(clock.now() + HOUR_MS), cart: [] });
    const [one, two] = [await get('s'), await get('s')];
    await set('s', { ...one, cart: ['a'] });
    await expect(set('s', { ...two, userId: 'ada' })).rejects.toMatchObject({ code: 'SESSION_CONFLICT' });
  });

  it('has all, length and clear only with scan', async () => {
    const { driver, clock } = setup();
    const plain = createExpressStore({ Store: session.Store, driver });
    expect([plain.all, plain.length, plain.clear]).toEqual([undefined, undefined, undefined]);
    const store = createExpressStore({ Store: session.Store, driver, clock, scan: true });
    const { set } = of(store);
    for (const sid of ['a', 'b', 'c']) await set(sid, { cookie: cookie(clock.now() + HOUR_MS), cart: [sid] });
    await of(store).destroy('b');
    const all = (await promisify((done: (error: unknown, all?: unknown) => void) =>
      store.all?.(done),
    )()) as session.SessionData[];
    expect(all.map(({ cart }) => cart).sort()).toEqual([['a'], ['c']]);
    await promisify((done: (error?: unknown) => void) => store.clear?.(done))();
    expect(await promisify((done: (error: unknown, length?: number) => void) => store.length?.(done))()).toBe(0);
  });

  it('names every fault of its options', () => {
    const wrong = { Store: session.Store, ttl: 'soon', maxPerUser: { sessions: 0, over: 'wait' }, table: 't' };
    expect(() => createExpressStore(wrong as never)).toThrow(
      "Cannot create the store of express-session: unknown option 'table'; ttl is not a duration such as '1d'; driver is missing: pass dynamoDbSessionDriver({ name, aws }); maxPerUser.sessions is not a whole number from 1 to 90; maxPerUser.over is not 'refuse' or 'end oldest'",
    );
    expect(() => createExpressStore({ driver: memorySessionDriver() } as never)).toThrow('pass Store: session.Store');
  });
});

describe('express-session on the store', () => {
  it('logs in under a new id in one transaction, and the old id is dead', async () => {
    const { store, calls } = setup();
    const middleware = session({
      store,
      secret: 's'.repeat(32),
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: HOUR_MS },
    });
    const server = createServer((req, res) => {
      middleware(req as never, res as never, (error?: unknown) => {
        const request = req as unknown as { session: session.Session & Partial<session.SessionData> };
        const answer = () => res.end(JSON.stringify({ userId: request.session.userId, cart: request.session.cart }));
        if (error) return res.writeHead(500).end();
        if (req.url === '/cart') request.session.cart = [...(request.session.cart ?? []), 'a'];
        if (req.url !== '/log-in') return answer();
        calls.length = 0;
        request.session.regenerate((failure) => {
          if (failure) return res.writeHead(500).end();
          expect(calls.filter((call) => call === 'write')).toHaveLength(1);
          request.session.userId = 'ada';
          answer();
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const send = async (path: string, jar = '') => {
      const response = await fetch(url + path, { headers: { cookie: jar } });
      return { body: await response.json(), jar: response.headers.getSetCookie()[0]?.split(';')[0] ?? jar };
    };
    try {
      const visitor = await send('/cart');
      expect((await send('/cart', visitor.jar)).body).toEqual({ cart: ['a', 'a'] });
      const user = await send('/log-in', visitor.jar);
      expect(user.jar).not.toBe(visitor.jar);
      expect((await send('/', user.jar)).body).toEqual({ userId: 'ada' });
      expect((await send('/', visitor.jar)).body).toEqual({});
      calls.length = 0;
      for (let request = 0; request < 5; request += 1) await send('/', user.jar);
      expect(calls).toEqual(Array(5).fill('read'));
    } finally {
      server.close();
    }
  });
});
