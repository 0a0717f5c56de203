import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { systemClock } from '@twelvefold/core';
import { fastify } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import type { SessionDriver } from '../driver.ts';
import { memorySessionDriver } from '../drivers/memory.ts';
import { createFastifyStore } from './fastify.ts';

declare module 'fastify' {
  interface Session {
    userId?: string;
    cart?: string[];
  }
}

const apps: Array<{ close(): PromiseLike<unknown> }> = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function setup() {
  const inner = memorySessionDriver();
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
  const store = createFastifyStore({ driver, clock: systemClock });
  const app = fastify();
  apps.push(app);
  await app.register(fastifyCookie);
  await app.register(fastifySession, {
    store,
    secret: 's'.repeat(32),
    saveUninitialized: false,
    cookie: { secure: false, maxAge: 3_600_000 },
  });
  app.get('/cart', async ({ session }) => {
    session.cart = [...(session.cart ?? []), 'a'];
    return { cart: session.cart };
  });
  app.get('/log-in', async (request) => {
    await request.session.regenerate();
    request.session.userId = 'ada';
    return { userId: request.session.userId };
  });
  app.get('/log-out', async ({ session }) => {
    await session.destroy();
    return {};
  });
  app.get('/', async ({ session }) => ({ userId: session.userId, cart: session.cart }));
  const send = async (url: string, jar = '') => {
    const response = await app.inject({ url, headers: { cookie: jar } });
    const set = response.cookies.find(({ name }) => name === 'sessionId');
    return {
      status: response.statusCode,
      body: response.json(),
      jar: set ? `sessionId=${encodeURIComponent(set.value)}` : jar,
    };
  };
  return { send, calls, store };
}

it('keeps sessions of @fastify/session, and a rolling request writes nothing at rest', async () => {
  const { send, calls } = await setup();
  const visitor = await send('/cart');
  expect((await send('/cart', visitor.jar)).body).toEqual({ cart: ['a', 'a'] });
  calls.length = 0;
  for (let request = 0; request < 5; request += 1)
    expect((await send('/', visitor.jar)).body).toEqual({ cart: ['a', 'a'] });
  expect(calls).toEqual(Array(5).fill('read'));
});

it('ends the old id on log-in, and no request with it brings it back', async () => {
  const { send } = await setup();
  const visitor = await send('/cart');
  const user = await send('/log-in', visitor.jar);
  expect((await send('/', user.jar)).body).toEqual({ userId: 'ada' });
  await Promise.all([send('/cart', visitor.jar), send('/log-out', user.jar)]);
  expect((await send('/', user.jar)).body).toEqual({});
  const store = await send('/', visitor.jar);
  expect(store.body).toEqual({});
});

it('calls back where there is a callback, and has no scan by default', async () => {
  const { store } = await setup();
  const data = { cookie: { originalMaxAge: null, expires: null }, cart: [] };
  await new Promise<void>((resolve) => store.set('any text', data, () => resolve()));
  store.set('other', data);
  const found = await new Promise((resolve) => store.get('any text', (_error, session) => resolve(session)));
  expect(found).toMatchObject({ cart: [] });
  store.destroy('any text');
  expect([store.all, store.length, store.clear]).toEqual([undefined, undefined, undefined]);
});
