import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningApp } from '../../support/start-app.ts';
import { linesOf } from '../logged.ts';
import type { Scenario } from '../scenario.ts';

const SEEN = ['content-encoding', 'content-type', 'etag', 'x-correlation-id'];

/** Sends a request and resolves with the head of its answer. */
function ask(
  app: RunningApp,
  path: string,
  { method = 'GET', headers = {}, body = '' } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request(`${app.url}${path}`, { method, headers: { 'x-correlation-id': 'streamed', ...headers } });
    asking.on('response', resolve);
    asking.on('error', reject);
    asking.end(body);
  });
}

/** Reads an answer to its end: the parts that a client acts on, and whether it is whole. */
async function read(incoming: IncomingMessage) {
  const chunks: Buffer[] = [];
  let whole = true;
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch {
    whole = false;
  }
  return {
    status: incoming.statusCode,
    headers: Object.fromEntries(SEEN.map((name) => [name, incoming.headers[name]])),
    cookies: incoming.headers['set-cookie'] ?? [],
    body: Buffer.concat(chunks).toString('latin1'),
    whole: whole && incoming.complete,
  };
}

const sent = async (...args: Parameters<typeof ask>) => read(await ask(...args));

const next = (incoming: IncomingMessage) =>
  new Promise<string>((resolve) => incoming.once('data', (chunk: Buffer) => resolve(chunk.toString())));

/** Reads the first piece, has the second made, and reads on. */
async function sentInPieces(app: RunningApp, path: string, headers: Record<string, string> = {}) {
  const file = gate();
  const incoming = await ask(app, `${path}?gate=${encodeURIComponent(file)}`, { headers });
  const first = await next(incoming);
  writeFileSync(file, '');
  const { status, body, whole } = await read(incoming);
  return { status, first, body, whole };
}

const gate = () => join(tmpdir(), `twelvefold-gate-${randomUUID()}`);

export const STREAMING_SCENARIOS: readonly Scenario[] = [
  {
    name: 'the first piece of an answer is there before the last is made',
    contract: { status: 200, first: 'one,', body: 'two', whole: true },
    run: (app) => sentInPieces(app, '/gated'),
  },
  {
    name: 'an answer has status, headers, cookies and body as ever: text, JSON, empty, 304, HEAD, 404',
    contract: {
      text: { status: 200, body: 'a text', whole: true },
      cookies: { status: 201, cookies: ['a=1', 'b=2'], body: '{"ok":true}' },
      empty: { status: 200, body: '', whole: true },
      notModified: { status: 304, body: '', headers: { etag: '"1"' } },
      head: { status: 200, body: '' },
      missing: { status: 404, body: 'no such page' },
    },
    run: async (app) => ({
      text: await sent(app, '/text'),
      cookies: await sent(app, '/cookies'),
      empty: await sent(app, '/empty'),
      notModified: await sent(app, '/not-modified'),
      head: await sent(app, '/text', { method: 'HEAD' }),
      missing: await sent(app, '/nothing'),
    }),
  },
  {
    name: 'a compressible answer is gzip for a client that takes it',
    contract: { status: 200, headers: { 'content-encoding': 'gzip' }, whole: true },
    run: (app) => sent(app, '/compressible', { headers: { 'accept-encoding': 'gzip' } }),
  },
  {
    name: 'an answer of 8 MB, more than a function can return at once, arrives whole',
    contract: { status: 200, bytes: 8_388_608, whole: true },
    run: async (app) => {
      const { body, ...seen } = await sent(app, '/large');
      return { ...seen, bytes: body.length };
    },
  },
  {
    name: 'an answer that breaks in the middle reaches its client as broken, with an error line',
    contract: {
      seen: { status: 200, first: 'one,', whole: false },
      lines: [
        ['INFO', 'request answered'],
        ['ERROR', 'answer broke off'],
      ],
    },
    run: async (app) => {
      const correlationId = randomUUID();
      // Its second piece may be lost with the connection.
      const { body: _, ...seen } = await sentInPieces(app, '/breaking', { 'x-correlation-id': correlationId });
      const lines = await linesOf(app, correlationId, { component: 'http', message: 'answer broke off' });
      return { seen, lines: lines.map(({ fields, message }) => [fields.level, message]) };
    },
  },
  {
    name: 'an answer of fewer bytes than its content-length says reaches its client as broken',
    contract: { first: 'one,', whole: false },
    run: async (app) => {
      const { body: _, ...seen } = await sentInPieces(app, '/short');
      return seen;
    },
  },
  {
    name: 'a handler that throws, one that is late, and a request that is refused get their problem answers',
    contract: { thrown: { status: 500 }, late: { status: 504 }, large: { status: 413 } },
    run: async (app) => ({
      thrown: await sent(app, '/throws'),
      late: await sent(app, '/never'),
      large: await sent(app, '/text', { method: 'POST', body: 'x'.repeat(1_048_577) }),
    }),
  },
  {
    name: 'a client that goes away in the middle harms no other',
    contract: { status: 200, body: 'a text', whole: true },
    run: async (app) => {
      const file = gate();
      const incoming = await ask(app, `/gated?gate=${encodeURIComponent(file)}`);
      await next(incoming);
      incoming.destroy();
      writeFileSync(file, '');
      return sent(app, '/text');
    },
  },
];
