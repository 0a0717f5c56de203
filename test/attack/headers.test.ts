import { connect } from 'node:net';
import { systemClock } from '@twelvefold/core';
import type { HttpServer } from '@twelvefold/lifecycle/internal/service';
import { readHttpEvent } from '@twelvefold/lifecycle/lambda';
import { createHttpServer } from '@twelvefold/lifecycle/service';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createResponseReader } from '../../packages/aws/src/lean/http/response-reader.ts';

// What a handler answers, read back from both hosts by a parser that is not Node's.

const RUNS = process.env.TWELVEFOLD_VERIFY === '1' ? 3_000 : 150;
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

type Pairs = ReadonlyArray<readonly [name: string, value: string]>;
interface Given {
  readonly status: number;
  readonly pairs: Pairs;
  readonly text: string | null;
}
let given: Given = { status: 200, pairs: [], text: null };

const handler = () => {
  const headers = new Headers();
  for (const [name, value] of given.pairs) headers.append(name, value);
  return new Response(given.text, { status: given.status, headers });
};

let server: HttpServer;
const { signal } = new AbortController();
beforeAll(async () => {
  server = createHttpServer({ component: 'http', port: 0, host: '127.0.0.1', lingerMs: 0, handler });
  await server.start(signal);
});
afterAll(() => server.stop(signal));

interface Seen {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** One answer, and that nothing follows it on the connection. */
function fromSocket(): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nhost: x\r\nx-correlation-id: c-1\r\nconnection: close\r\n\r\n'),
    );
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      try {
        const reader = createResponseReader(1_048_576);
        const { status, headers, text } = reader.push(Buffer.concat(chunks)) || reader.end();
        resolve({ status, headers: Object.fromEntries(Object.entries(headers)), body: text });
      } catch (error) {
        reject(error);
      }
    });
  });
}

async function fromEvent(): Promise<Seen> {
  const event = {
    version: '2.0',
    rawPath: '/',
    rawQueryString: '',
    headers: { 'x-correlation-id': 'c-1' },
    requestContext: { domainName: 'x', http: { method: 'GET' } },
  };
  const result = await readHttpEvent(event)?.answer({ component: 'http', clock: systemClock, handler });
  if (!result || !('headers' in result)) throw new Error('not an answer of format 2.0');
  const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8').toString();
  return { status: result.statusCode, headers: result.headers, body };
}

const OWN = new Set(['date', 'content-length', 'connection', 'set-cookie']);
const shown = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.has(name)));

it('any headers of an answer come out the same on both hosts, framed by the host', async () => {
  const name = fc.constantFrom('x-a', 'X-B', 'content-length', 'content-type', 'etag', 'vary', 'x-c', ...HOP_BY_HOP);
  const value = fc.constantFrom(
    '1',
    '0',
    '99999',
    'chunked',
    'close',
    'x-a, x-b',
    'keep-alive',
    'text/plain',
    'a b',
    'é',
  );
  const answer = fc.record({
    status: fc.constantFrom(200, 201, 404, 500, 204, 304),
    pairs: fc.array(fc.tuple(name, value), { maxLength: 8 }),
    text: fc.constantFrom('', 'abc', 'grün', 'x'.repeat(3_000)),
  });
  await fc.assert(
    fc.asyncProperty(answer, async ({ status, pairs, text }) => {
      given = { status, pairs, text: status === 204 || status === 304 ? null : text };
      const [socket, event] = [await fromSocket(), await fromEvent()];
      expect(socket.status).toBe(status);
      expect(socket.body).toBe(given.text ?? '');
      expect(event.body).toBe(given.text ?? '');
      for (const hop of HOP_BY_HOP.slice(1)) {
        expect(socket.headers).not.toHaveProperty(hop);
        expect(event.headers).not.toHaveProperty(hop);
      }
      expect(shown(socket.headers)).toEqual(shown(event.headers));
      expect(socket.headers['x-correlation-id']).toBe('c-1');
    }),
    { numRuns: RUNS },
  );
});
