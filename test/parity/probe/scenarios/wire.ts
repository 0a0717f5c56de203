import { request as httpRequest } from 'node:http';
import { createClient } from '../../client.ts';
import { linesOf } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';

/** Headers that a front may add or leave out by itself. */
const SEEN = ['content-encoding', 'content-type', 'etag', 'x-mine', 'x-private', 'x-yours', 'te', 'upgrade'];

/** An answer as Node's own client reads it, which decodes nothing. */
function ask(url: string, path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    const asking = httpRequest(`${url}${path}`, { method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const seen = Object.fromEntries(SEEN.map((name) => [name, incoming.headers[name]]));
        resolve({ status: incoming.statusCode, ...seen, body: Buffer.concat(chunks).toString() });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

const CORRELATED = { 'x-correlation-id': 'probe-wire' };

export const WIRE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a fetched answer has no encoding that Node has decoded, nor what was for its connection only',
    contract: { status: 200, body: JSON.stringify({ text: 'x'.repeat(2_000) }) },
    run: (app) => ask(app.url, '/wire/fetched', CORRELATED),
  },
  {
    name: 'an answer that is made of a fetched one loses the encoding that its bytes do not have',
    contract: { status: 200, body: JSON.stringify({ text: 'x'.repeat(2_000) }) },
    run: (app) => ask(app.url, '/wire/rebuilt', CORRELATED),
  },
  {
    name: "the length of an answer is its body's, whatever its header says",
    contract: { status: 200, body: 'abc' },
    run: (app) => ask(app.url, '/wire/length', CORRELATED),
  },
  {
    name: 'headers for one connection never pass, nor those that Connection names',
    contract: { status: 200, body: 'hop', 'x-yours': '2' },
    run: (app) => ask(app.url, '/wire/hop', CORRELATED),
  },
  {
    name: 'an answer without a body has none: 304, 205, HEAD',
    contract: {
      notModified: { status: 304, etag: '"1"', body: '' },
      reset: { status: 205, body: '' },
      head: { body: '' },
    },
    run: async (app) => ({
      notModified: await ask(app.url, '/wire/not-modified', CORRELATED),
      reset: await ask(app.url, '/wire/reset', CORRELATED),
      head: await ask(app.url, '/wire/length', CORRELATED, 'HEAD'),
    }),
  },
  {
    name: 'a handler learns where a request comes from, in one shape',
    contract: { body: ['claims', 'sourceAddress', 'stage'] },
    run: (app) => createClient(app).send('GET', '/wire/facts', { headers: CORRELATED }),
  },
  {
    name: "a callback on the scope's end that fails makes one outcome: one line, of a 500",
    contract: { status: 500, lines: [['ERROR', 'request failed']] },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'probe-wire-late' };
      const { status } = await createClient(app).send('GET', '/wire/late', { headers });
      const lines = await linesOf(app, 'probe-wire-late', { component: 'http', message: 'request failed' });
      return { status, lines: lines.map(({ fields, message }) => [fields.level, message]) };
    },
  },
  {
    name: 'an answer of 500 without an error line becomes one that names the cure',
    contract: { status: 500, body: 'sorry', namesCure: true },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'probe-wire-500' };
      const { status, body } = await createClient(app).send('GET', '/wire/silent-500', { headers });
      const lines = await linesOf(app, 'probe-wire-500', { component: 'http', message: 'request failed' });
      const [{ fields } = { fields: {} }] = lines;
      const namesCure = (fields as { error?: Error }).error?.message.includes('twelvefold/hono');
      return { status, body, namesCure };
    },
  },
  {
    name: 'what a Hono route throws is a line of the log, and a bare 500',
    contract: { status: 500, error: 'thrown in a route' },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'probe-wire-hono' };
      const { status } = await createClient(app).send('GET', '/wire/hono', { headers });
      const lines = await linesOf(app, 'probe-wire-hono', { component: 'http', message: 'request failed' });
      const [{ fields } = { fields: {} }] = lines;
      return { status, error: (fields as { error?: Error }).error?.message };
    },
  },
];
