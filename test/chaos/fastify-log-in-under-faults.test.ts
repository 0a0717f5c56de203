import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { createAws } from '@twelvefold/aws';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { createFastifyStore } from '@twelvefold/backing/fastify-sessions';
import { systemClock } from '@twelvefold/core';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import type { Fault } from '@twelvefold/local/internal';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';

declare module 'fastify' {
  interface Session {
    cart?: string[];
    userId?: string;
  }
}

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Ten times as fast where the store counts how long it has tried. */
const clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 10 };

let local: LocalAws;
let app: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await startLocalAws();
  app = await start();
});
afterAll(async () => {
  await app.close();
  await local.close();
});

async function start() {
  const name = 'sessions';
  const Properties = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  const template = { Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } } };
  await provision(template, { endpoint: local.url, region, credentials });
  const aws = createAws({ env: {}, endpoint: local.url, region, credentials });
  const server = fastify();
  await server.register(fastifyCookie);
  await server.register(fastifySession, {
    store: createFastifyStore({ driver: dynamoDbSessionDriver({ name, aws }), clock }),
    secret: 's'.repeat(32),
    saveUninitialized: false,
    cookie: { secure: false, maxAge: 3_600_000 },
  });
  server.get('/cart', async ({ session }) => {
    session.cart = ['a'];
    return {};
  });
  server.get('/log-in', async (request) => {
    await request.session.regenerate(['cart']);
    return { sid: request.session.sessionId };
  });
  server.get('/log-out', async ({ session }) => {
    const { cart } = session;
    await session.destroy();
    return { cart };
  });
  server.get('/', async ({ session }) => ({ cart: session.cart }));
  return server;
}

async function send(url: string, jar = '') {
  const response = await app.inject({ url, headers: { cookie: jar } });
  const set = response.cookies.find(({ name }) => name === 'sessionId');
  return {
    status: response.statusCode,
    body: response.json(),
    jar: set ? `sessionId=${encodeURIComponent(set.value)}` : jar,
  };
}

const cartOf = async (jar: string) => (await send('/', jar)).body.cart;

/** Writes of several records are moves. A reset comes before the effect, a dropped answer after. */
const FAULTS: ReadonlyArray<[Fault['kind'], number]> = [
  ['throttle', 1],
  ['throttle', 50],
  ['reset', 1],
  ['reset', 50],
  ['dropResponse', 1],
  ['dropResponse', 50],
  ['error500', 50],
];

it.each(FAULTS)(
  'a log-in meets %s %i times: the cart is under one id, and no other id is valid',
  async (kind, times) => {
    const visitor = await send('/cart');
    local.faults.add({ service: 'dynamodb', operation: 'TransactWriteItems', kind, times });
    const user = await send('/log-in', visitor.jar);
    const [fault] = local.faults.list();
    local.faults.clear();
    expect(fault?.struck).toBeGreaterThan(0);
    if (user.status === 200) {
      expect(user.jar).not.toBe(visitor.jar);
      expect(await cartOf(visitor.jar)).toBeUndefined();
    } else {
      expect(user.jar).toBe(visitor.jar);
    }
    expect(await cartOf(user.jar)).toEqual(['a']);
    if (times === 1 || kind === 'dropResponse') expect(user.status).toBe(200);
  },
);

it('a log-in beside log-outs under faults: an acknowledged log-out leaves no session', async () => {
  const random = { seed: 16, probability: 0.2 };
  for (const kind of ['throttle', 'reset', 'dropResponse'] as const) {
    local.faults.add({ service: 'dynamodb', kind, ...random });
  }
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const visitor = await send('/cart');
      const [user, out] = await Promise.all([send('/log-in', visitor.jar), send('/log-out', visitor.jar)]);
      return { visitor, user, out };
    }),
  );
  expect(local.faults.list().every(({ struck }) => struck > 0)).toBe(true);
  local.faults.clear();
  // A log-out that comes after the log-in has no session, and ends none.
  const ended = outcomes.filter(({ out }) => out.status === 200 && out.body.cart !== undefined);
  expect(ended.length).toBeGreaterThan(0);
  for (const { visitor, user, out } of outcomes) {
    if (ended.some((one) => one.out === out))
      expect([await cartOf(visitor.jar), await cartOf(user.jar)]).toEqual([undefined, undefined]);
    if (user.jar !== visitor.jar) expect(await cartOf(visitor.jar)).toBeUndefined();
  }
});
