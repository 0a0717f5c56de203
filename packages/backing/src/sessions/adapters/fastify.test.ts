import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { AwsError } from '@twelvefold/aws';
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

/** An answer that is not tried again. */
const refusal = new AwsError('no such table', {
  awsCode: 'ResourceNotFoundException',
  service: 'dynamodb',
  operation: 'TransactWriteItems',
  retryable: false,
});

async function setup() {
  const inner = memorySessionDriver();
  const calls: string[] = [];
  const broken = { moves: false };
  const driver: SessionDriver = {
    ...inner,
    read: (...args) => {
      calls.push('read');
      return inner.read(...args);
    },
    write: (changes, ...args) => {
      calls.push(changes.length === 1 ? 'write' : `write ${changes.length}`);
      if (broken.moves && changes.length > 1) return Promise.reject(refusal);
      return inner.write(changes, ...args);
    },
  };
  const store = createFastifyStore({ driver, clock: systemClock });
  const read = (sid: string) => new Promise((resolve) => store.get(sid, (_error, session) => resolve(session)));
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
  app.get('/log-in/callback', ({ session }, reply) => {
    session.regenerate((error) => reply.send(error ?? {}));
  });
  // As SecureSessionManager of @fastify/passport does.
  app.get('/log-in/passport', async (request) => {
    await request.session.regenerate(['cart']);
    const between = request.session.sessionId;
    await request.session.regenerate(['cart']);
    request.session.userId = 'ada';
    return { cart: request.session.cart, between: await read(between) };
  });
  app.get('/log-in/during-log-out', async (request) => {
    await new Promise<void>((resolve) => store.destroy(request.session.sessionId, () => resolve()));
    await request.session.regenerate(['cart']);
  });
  app.get('/log-out', async ({ session }) => {
    await session.destroy();
    return { left: await read(session.sessionId) };
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
  return { send, calls, store, broken };
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

it('moves a session in one write: by regenerate, with a callback, and twice as @fastify/passport', async () => {
  const { send, calls } = await setup();
  const visitor = await send('/cart');
  calls.length = 0;
  const user = await send('/log-in/passport', visitor.jar);
  expect(calls.filter((call) => call !== 'read')).toEqual(['write 2', 'write 2', 'write']); // the last has the user
  expect(user.body).toEqual({ cart: ['a'] });
  expect((await send('/', visitor.jar)).body).toEqual({});
  expect((await send('/', user.jar)).body).toEqual({ userId: 'ada', cart: ['a'] });
  calls.length = 0;
  await send('/log-in/callback', user.jar);
  expect(calls.filter((call) => call !== 'read')).toEqual(['write 2']);
  expect((await send('/', user.jar)).body).toEqual({});
});

it.each(['/log-in', '/log-in/callback', '/log-in/passport'])(
  'leaves the visitor the session when the move of %s fails',
  async (path) => {
    const { send, broken } = await setup();
    const visitor = await send('/cart');
    broken.moves = true;
    const failed = await send(path, visitor.jar);
    expect(failed).toMatchObject({ status: 500, body: { message: 'no such table' }, jar: visitor.jar });
    broken.moves = false;
    expect((await send('/', failed.jar)).body).toEqual({ cart: ['a'] });
    const user = await send('/log-in', failed.jar);
    expect((await send('/', user.jar)).body).toEqual({ userId: 'ada' });
    expect((await send('/', visitor.jar)).body).toEqual({});
  },
);

it('carries no data of a session that a log-out has ended into a new one', async () => {
  const { send } = await setup();
  const visitor = await send('/cart');
  const moved = await send('/log-in/during-log-out', visitor.jar);
  expect(moved).toMatchObject({ status: 500, body: { code: 'SESSION_CONFLICT' } });
  expect((await send('/', moved.jar)).body).toEqual({});
});

it('has ended a session when destroy calls back', async () => {
  const { send } = await setup();
  const visitor = await send('/cart');
  expect((await send('/log-out', visitor.jar)).body).toEqual({});
});

it('refuses to regenerate when the library sets the new session later', async () => {
  const { store } = await setup();
  class OtherSession {
    declare regenerate: () => Promise<void>;
    sessionId = 's';
  }
  OtherSession.prototype.regenerate = async () => {};
  const data = { cookie: { originalMaxAge: null, expires: null } };
  await new Promise<void>((resolve) => store.set('s', data, () => resolve()));
  const found = await new Promise<object>((resolve) => store.get('s', (_error, session) => resolve(session)));
  const session = Object.assign(new OtherSession(), found);
  await expect(session.regenerate()).rejects.toThrow('has not set the new one');
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
