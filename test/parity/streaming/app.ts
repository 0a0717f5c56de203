import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineApp } from 'twelvefold';

export const app = defineApp({ name: 'streams' });

const bytes = (text: string) => new TextEncoder().encode(text);

/** A stream of pieces, each made when the one before has been read. */
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}

/** The second piece is made once the file `gate` exists: its client has the first by then. */
async function* gated(gate: string): AsyncGenerator<Uint8Array> {
  yield bytes('one,');
  while (!existsSync(gate)) await sleep(10);
  yield bytes('two');
}

async function* breaking(gate: string): AsyncGenerator<Uint8Array> {
  yield* gated(gate);
  throw new Error('the source of the stream broke');
}

async function* repeated(piece: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let time = 0; time < times; time += 1) {
    if (time % 16 === 0) await new Promise(setImmediate);
    yield piece;
  }
}

const text = (body: ReadableStream | string | null, headers: Record<string, string> = {}, status = 200) =>
  new Response(body, { status, headers: { 'content-type': 'text/plain', ...headers } });

const cookies = () => {
  const response = Response.json({ ok: true }, { status: 201 });
  response.headers.append('set-cookie', 'a=1');
  response.headers.append('set-cookie', 'b=2');
  return response;
};

const ROUTES: Readonly<Record<string, (url: URL) => Response | Promise<Response>>> = {
  '/gated': ({ searchParams }) => text(streamOf(gated(searchParams.get('gate') ?? ''))),
  '/large': () =>
    text(streamOf(repeated(bytes('x'.repeat(65_536)), 128)), { 'content-type': 'application/octet-stream' }),
  '/breaking': ({ searchParams }) => text(streamOf(breaking(searchParams.get('gate') ?? ''))),
  '/short': ({ searchParams }) => text(streamOf(gated(searchParams.get('gate') ?? '')), { 'content-length': '10' }),
  '/cookies': cookies,
  '/text': () => text('a text'),
  '/compressible': () => text('again '.repeat(1_000)),
  '/empty': () => text(null),
  '/not-modified': () => new Response(null, { status: 304, headers: { etag: '"1"' } }),
  '/never': () => new Promise<Response>(() => {}),
  '/throws': () => {
    throw new Error('no answer');
  },
};

export const http = app.http({ uses: {}, streaming: true, timeout: '2s' }, (request) => {
  const url = new URL(request.url);
  return ROUTES[url.pathname]?.(url) ?? text('no such page', {}, 404);
});
