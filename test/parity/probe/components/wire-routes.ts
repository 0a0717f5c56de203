import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { throwErrors } from 'twelvefold/hono';

const TEXT = JSON.stringify({ text: 'x'.repeat(2_000) });

/** The address of a server that sends gzip, made on first use. */
let upstream: Promise<string> | undefined;
function upstreamUrl(): Promise<string> {
  upstream ??= new Promise((resolve) => {
    const server = createServer((_incoming, outgoing) => {
      const body = gzipSync(TEXT);
      const headers = {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        connection: 'x-private, close',
      };
      outgoing.writeHead(200, { ...headers, 'x-private': '1', 'content-length': body.length }).end(body);
    });
    server.unref();
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)); // of a TCP server
  });
  return upstream;
}

const router = new Hono();
router.onError(throwErrors);
router.get('/wire/hono', () => {
  throw new Error('thrown in a route');
});

interface WireContext {
  readonly http: object;
  readonly scope: { onEnd(callback: () => Promise<void>): void };
}

/** Responses of a handler that a host must not send as they are. */
export const WIRE_ROUTES: Readonly<
  Record<string, (request: Request, ctx: WireContext) => Response | Promise<Response>>
> = {
  '/wire/fetched': async () => fetch(await upstreamUrl(), { headers: { 'accept-encoding': 'gzip' } }),
  '/wire/rebuilt': async () => {
    const { body, headers } = await fetch(await upstreamUrl(), { headers: { 'accept-encoding': 'gzip' } });
    return new Response(body, { headers });
  },
  '/wire/scheme': ({ url }) => Response.json({ scheme: new URL(url).protocol }),
  '/wire/length': () => new Response('abc', { headers: { 'content-length': '10', 'content-type': 'text/plain' } }),
  '/wire/hop': () =>
    new Response('hop', {
      headers: {
        connection: 'x-mine',
        'x-mine': '1',
        'keep-alive': 'timeout=1',
        te: 'trailers',
        upgrade: 'h2c',
        'x-yours': '2',
        'content-type': 'text/plain',
      },
    }),
  '/wire/url': (request) => Response.json({ protocol: new URL(request.url).protocol }),
  '/wire/not-modified': () => new Response(null, { status: 304, headers: { etag: '"1"', 'content-length': '12' } }),
  '/wire/reset': () => new Response(null, { status: 205 }),
  '/wire/facts': (_request, { http }) => Response.json(Object.keys(http).sort()),
  '/wire/late': (_request, { scope }) => {
    scope.onEnd(() => Promise.reject(new Error('commit failed')));
    return new Response('done');
  },
  '/wire/silent-500': () => new Response('sorry', { status: 500 }),
  '/wire/hono': (request) => router.fetch(request),
};
