import { sqs } from '@twelvefold/aws';
import { expect } from 'vitest';
import type { OrdersApp } from '../support/orders-app.ts';
import { until } from '../support/until.ts';
import type { Client } from './client.ts';
import { createClient } from './client.ts';
import { logged } from './logged.ts';
import type { Scenario } from './scenario.ts';

const ORDER = { sku: 'keyboard', quantity: 2, unitPriceCents: 4_999 };

async function loggedIn(app: OrdersApp, userId = 'ada'): Promise<Client> {
  const client = createClient(app);
  await client.send('POST', '/sessions', { body: { userId } });
  return client;
}

/** Places an order and waits until it has gone its whole way. */
async function placed(app: OrdersApp, client: Client, correlationId: string, key: string) {
  const headers = { 'x-correlation-id': correlationId, 'idempotency-key': key };
  const accepted = await client.send('POST', '/orders', { body: ORDER, headers });
  const { orderId } = accepted.body as { orderId: string };
  const done = await until(
    `order ${orderId} is notified`,
    () => client.send('GET', `/orders/${orderId}`),
    ({ body }) => (body as { status?: string }).status === 'notified',
  );
  const rows = (await app.rows()).filter((row) => row.orderId === orderId);
  return { orderId, accepted, done, rows };
}

async function deadLetters(app: OrdersApp, nameEnd: string) {
  const url = app.physicalId('AWS::SQS::Queue', nameEnd);
  const input = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: ['All'] };
  const messages = await until(
    'a dead letter arrives',
    async () => (await app.aws.call(sqs, 'ReceiveMessage', input, { access: 'write' })).Messages ?? [],
    (found) => found.length > 0,
  );
  return messages.map(({ Body, MessageAttributes = {} }) => ({
    body: Body,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));
}

async function sendRaw(app: OrdersApp, body: string, correlationId: string): Promise<void> {
  const attributes = { correlationId: { DataType: 'String', StringValue: correlationId } };
  const input = {
    QueueUrl: app.physicalId('AWS::SQS::Queue', '-orders'),
    MessageBody: body,
    MessageAttributes: attributes,
  };
  await app.aws.call(sqs, 'SendMessage', input, { access: 'write' });
}

const DEAD = { component: 'orders', message: 'message moved to the dead-letter queue' };

const rawOrder = (orderId: string) =>
  JSON.stringify({ orderId, userId: 'ada', ...ORDER, placedAt: '2026-01-01T00:00:00.000Z' });

export const SCENARIOS: ReadonlyArray<Scenario<OrdersApp>> = [
  {
    name: 'a session is created, moved, rotated and ended; changes from other sites and without its token are refused',
    contract: {
      before: { status: 401, body: { detail: 'POST /sessions with a userId first' } },
      crossSite: { status: 403, cookies: [] },
      created: { status: 201, cookies: ['__Host-sid=<id>; Path=/; HttpOnly; SameSite=Lax; Secure'] },
      withoutToken: { status: 403, cookies: [] },
      me: { status: 200, body: { userId: 'ada' }, cookies: [], headers: { 'x-csrf-token': '<token>' } },
      again: { status: 201, body: { userId: 'bob' }, cookies: [expect.stringContaining('__Host-sid=<id>')] },
      old: { status: 401, body: { detail: 'No session: regenerated' }, cookies: [] },
      rotated: { status: 204, cookies: [expect.stringContaining('__Host-sid=<id>')] },
      inFlight: { status: 200, body: { userId: 'bob' }, cookies: [] },
      ended: { status: 204, cookies: ['__Host-sid=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0'] },
      after: { status: 401, body: { detail: 'No session: ended' }, cookies: [] },
    },
    run: async (app) => {
      const client = createClient(app);
      const before = await client.send('GET', '/me');
      const elsewhere = {
        'content-type': 'text/plain',
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
      };
      const crossSite = await client.send('POST', '/sessions', { raw: '{"userId":"eve"}', headers: elsewhere });
      const created = await client.send('POST', '/sessions', { body: { userId: 'ada' } });
      const ada = client.cookie;
      const noToken = { 'x-csrf-token': 'of-another-session' };
      const withoutToken = await client.send('POST', '/orders', { body: ORDER, headers: noToken });
      const me = await client.send('GET', '/me');
      const again = await client.send('POST', '/sessions', { body: { userId: 'bob' } });
      const bob = client.cookie;
      client.cookie = ada;
      const old = await client.send('GET', '/me');
      client.cookie = bob;
      const rotated = await client.send('POST', '/sessions/rotate');
      const newest = client.cookie;
      client.cookie = bob;
      const inFlight = await client.send('GET', '/me');
      client.cookie = newest;
      const ended = await client.send('DELETE', '/sessions');
      client.cookie = newest;
      const after = await client.send('GET', '/me');
      return { before, crossSite, created, withoutToken, me, again, old, rotated, inFlight, ended, after };
    },
  },
  {
    name: 'an order goes its whole way under one correlation id',
    contract: {
      accepted: {
        status: 202,
        body: { orderId: '<uuid>', correlationId: 'parity-whole-way' },
        headers: { 'x-correlation-id': 'parity-whole-way' },
      },
      done: { body: { status: 'notified', totalCents: 11_898, correlationId: 'parity-whole-way' } },
      rows: [{ placements: 1 }],
    },
    run: async (app) => {
      const result = await placed(app, await loggedIn(app), 'parity-whole-way', 'parity-whole-way');
      return {
        ...result,
        logged: await logged(app, 'parity-whole-way', { component: 'notifications', message: 'message handled' }),
      };
    },
  },
  {
    name: 'the same idempotency key gives the same order, placed once',
    contract: { same: true, placements: [1], second: { status: 202 } },
    run: async (app) => {
      const client = await loggedIn(app);
      const first = await placed(app, client, 'parity-repeat-1', 'parity-repeat');
      const second = await placed(app, client, 'parity-repeat-2', 'parity-repeat');
      await until(
        'the repeat was handled',
        () => app.log.of('parity-repeat-2'),
        (lines) => lines.some(({ message }) => message === 'customer notified'),
      );
      const rows = (await app.rows()).filter(({ orderId }) => orderId === first.orderId);
      return {
        same: first.orderId === second.orderId,
        placements: rows.map((row) => row.placements),
        second: second.accepted,
      };
    },
  },
  {
    name: 'a user lists the own orders, newest first, and goes on by a cursor of this list only',
    contract: {
      listed: { status: 200, body: { orders: [{ status: 'notified', totalCents: 11_898 }] } },
      foreign: { status: 200, body: { orders: [] } },
      refused: { status: 400 },
    },
    run: async (app) => {
      const client = await loggedIn(app, 'lister');
      const { orderId } = await placed(app, client, 'parity-list', 'parity-list');
      const listed = await client.send('GET', '/orders');
      expect((listed.body as { orders: Array<{ orderId: string }> }).orders.map((order) => order.orderId)).toEqual([
        orderId,
      ]);
      const foreign = await (await loggedIn(app, 'lister-of-nothing')).send('GET', '/orders');
      return { listed, foreign, refused: await client.send('GET', '/orders?after=nonsense') };
    },
  },
  {
    name: 'an idempotency key cannot stand for two orders',
    contract: { first: 202, other: { status: 422 } },
    run: async (app) => {
      const client = await loggedIn(app);
      const headers = { 'idempotency-key': 'parity-two-orders', 'x-correlation-id': 'parity-two-orders' };
      const first = await client.send('POST', '/orders', { body: ORDER, headers });
      const other = await client.send('POST', '/orders', { body: { ...ORDER, quantity: 3 }, headers });
      return { first: first.status, other };
    },
  },
  {
    name: 'a malformed body is refused field by field',
    contract: {
      fields: {
        status: 400,
        headers: { 'content-type': 'application/problem+json' },
        body: { errors: ['sku', 'quantity', 'unitPriceCents', 'extra'].map((field) => ({ field })) },
      },
      text: { status: 400 },
      empty: { status: 400 },
      key: { status: 400 },
    },
    run: async (app) => {
      const client = await loggedIn(app);
      const headers = { 'x-correlation-id': 'parity-malformed' };
      const fields = await client.send('POST', '/orders', {
        body: { sku: '', quantity: 0, unitPriceCents: '12', extra: 1 },
        headers,
      });
      const text = await client.send('POST', '/orders', { raw: '{"sku":', headers });
      const empty = await client.send('POST', '/orders', { headers });
      const key = await client.send('POST', '/orders', {
        body: ORDER,
        headers: { ...headers, 'idempotency-key': 'x'.repeat(129) },
      });
      return { fields, text, empty, key };
    },
  },
  {
    name: 'a correlation id is accepted when well formed and replaced otherwise',
    contract: {
      own: { headers: { 'x-correlation-id': 'parity-own' } },
      foreign: { headers: { 'x-correlation-id': '<uuid>' } },
    },
    run: async (app) => {
      const client = createClient(app);
      const own = await client.send('GET', '/me', { headers: { 'x-correlation-id': 'parity-own' } });
      const foreign = await client.send('GET', '/me', { headers: { 'x-correlation-id': 'no spaces allowed' } });
      return { own, foreign };
    },
  },
  {
    name: 'what is unknown or another user’s is absent',
    contract: {
      theirs: { status: 404 },
      unknown: { status: 404 },
      noId: { status: 404 },
      long: { status: 404 },
      route: { status: 404 },
      method: { status: 404 },
    },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'parity-absent' };
      const { orderId } = await placed(app, await loggedIn(app, 'ada'), 'parity-theirs', 'parity-theirs');
      const eve = await loggedIn(app, 'eve');
      return {
        theirs: await eve.send('GET', `/orders/${orderId}`, { headers }),
        unknown: await eve.send('GET', '/orders/44444444-4444-4444-8444-444444444444', { headers }),
        noId: await eve.send('GET', '/orders/0', { headers }),
        long: await eve.send('GET', `/orders/${'0'.repeat(3_000)}`, { headers }),
        route: await eve.send('GET', '/nothing/here?x=1&x=2', { headers }),
        method: await eve.send('PUT', '/orders', { body: {}, headers }),
      };
    },
  },
  {
    name: 'a body at the limit is read, one above it is refused',
    contract: { at: { status: 400 }, above: { status: 413 } },
    run: async (app) => {
      const client = await loggedIn(app);
      const headers = { 'x-correlation-id': 'parity-limit' };
      const ofBytes = (bytes: number) => `{"sku":"${'x'.repeat(bytes - 10)}"}`;
      const at = await client.send('POST', '/orders', { raw: ofBytes(1_048_576), headers });
      const above = await client.send('POST', '/orders', { raw: ofBytes(1_048_577), headers });
      return { at, above };
    },
  },
  {
    name: 'health is live and ready',
    contract: { live: 200, ready: 200, phase: 'ready' },
    run: async (app) => {
      const client = createClient(app);
      const ready = await client.send('GET', '/health/ready');
      return {
        live: (await client.send('GET', '/health/live')).status,
        ready: ready.status,
        phase: (ready.body as { phase: string }).phase,
      };
    },
  },
  {
    name: 'a message that does not fit is a dead letter with its reason',
    contract: {
      letters: [{ attributes: { correlationId: 'parity-poison', reason: expect.stringContaining('quantity') } }],
      logged: [{ message: 'message moved to the dead-letter queue' }],
    },
    run: async (app) => {
      await sendRaw(app, JSON.stringify({ orderId: 'x', quantity: 'two' }), 'parity-poison');
      const letters = await deadLetters(app, '-orders-dead-letter');
      return {
        letters: letters.filter(({ attributes }) => attributes.correlationId === 'parity-poison'),
        logged: await logged(app, 'parity-poison', DEAD),
      };
    },
  },
  {
    name: 'a message that is no JSON is a dead letter with its reason',
    contract: { letters: [{ body: 'not json at all', attributes: { reason: expect.stringContaining('JSON') } }] },
    run: async (app) => {
      await sendRaw(app, 'not json at all', 'parity-no-json');
      const letters = await deadLetters(app, '-orders-dead-letter');
      return {
        letters: letters.filter(({ attributes }) => attributes.correlationId === 'parity-no-json'),
        logged: await logged(app, 'parity-no-json', DEAD),
      };
    },
  },
  {
    name: 'a message delivered twice takes effect once',
    contract: [{ placements: 1, status: 'notified', totalCents: 11_898 }],
    run: async (app) => {
      const orderId = '11111111-1111-4111-8111-111111111111';
      await sendRaw(app, rawOrder(orderId), 'parity-twice-1');
      await sendRaw(app, rawOrder(orderId), 'parity-twice-2');
      for (const id of ['parity-twice-1', 'parity-twice-2']) {
        await until(
          `${id} was handled`,
          () => app.log.of(id),
          (lines) => lines.some(({ message }) => message === 'customer notified'),
        );
      }
      return (await app.rows())
        .filter((row) => row.orderId === orderId)
        .map(({ placements, status, totalCents }) => ({ placements, status, totalCents }));
    },
  },
  {
    name: 'a handler that fails answers a bare 500 and says why in the log',
    contract: {
      failed: { status: 500, body: { title: 'Internal Server Error', correlationId: 'parity-failure' } },
      logged: [{ level: 'ERROR', message: 'request failed' }],
    },
    run: async (app) => {
      const client = await loggedIn(app);
      app.endpoint.faults.add({ service: 'dynamodb', operation: 'GetItem', component: 'http', kind: 'error500' });
      const headers = { 'x-correlation-id': 'parity-failure' };
      const failed = await client.send('GET', '/orders/33333333-3333-4333-8333-333333333333', { headers });
      app.endpoint.faults.clear();
      return { failed, logged: await logged(app, 'parity-failure', { component: 'http', message: 'request failed' }) };
    },
  },
  {
    name: 'a message whose handler fails comes again until it succeeds',
    contract: {
      placements: [1],
      logged: expect.arrayContaining([expect.objectContaining({ message: 'message failed and comes again' })]),
    },
    run: async (app) => {
      const orderId = '22222222-2222-4222-8222-222222222222';
      // After the effect, and more often than one delivery's own retries survive: the next one must
      // only publish.
      app.endpoint.faults.add({
        service: 'sns',
        operation: 'Publish',
        component: 'orders',
        kind: 'error500',
        times: 3,
      });
      await sendRaw(app, rawOrder(orderId), 'parity-again');
      const rows = await until(
        'the order is placed after all',
        async () => (await app.rows()).filter((row) => row.orderId === orderId && row.status === 'notified'),
        (found) => found.length === 1,
      );
      app.endpoint.faults.clear();
      // The first consumer says that it is done after it has published, and the second may be
      // faster.
      await logged(app, 'parity-again', { component: 'orders', message: 'message handled' });
      return {
        placements: rows.map((row) => row.placements),
        logged: await logged(app, 'parity-again', { component: 'notifications', message: 'message handled' }),
      };
    },
  },
];
