import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installLightHttp } from '../http/light/install-light-http.ts';
import { readHttpEvent } from './lambda/index.ts';
import { createHttpServer } from './service/index.ts';

/*
 * What an app may do with the request that a host gives it, beyond reading it. Objects that only
 * look like requests fail here, unless the globals that take them are stood in for:
 * `installLightHttp()`.
 */
const upstream = createServer(async (incoming, outgoing) => {
  let body = '';
  for await (const chunk of incoming) body += String(chunk);
  outgoing.end(JSON.stringify({ method: incoming.method, tenant: incoming.headers['x-tenant'], body }));
});
let address = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(upstream.address() as AddressInfo).port}`; // of a TCP server
});
afterAll(() => upstream.close());

const body = '{"sku":"keyboard"}';
const headers = { 'content-type': 'application/json', 'x-tenant': 't-1', 'x-forwarded-proto': 'http' };

function exchangeOf(event: object) {
  const exchange = readHttpEvent(event);
  if (!exchange) throw new Error('not taken for an HTTP event');
  return exchange;
}

type Use = (request: Request) => Promise<unknown>;

const hosts: ReadonlyArray<readonly [name: string, ask: (use: Use) => Promise<unknown>]> = [
  [
    'Lambda',
    async (use) => {
      const { request } = exchangeOf({
        version: '2.0',
        rawPath: '/orders',
        rawQueryString: 'q=1',
        headers: { ...headers, host: address },
        body,
        requestContext: { http: { method: 'POST' } },
      });
      if (request instanceof Response) throw new Error('refused');
      return use(request);
    },
  ],
  [
    'a service',
    async (use) => {
      let used: unknown;
      const signal = new AbortController().signal;
      const handler = async (request: Request) => {
        used = await use(request).catch((error: unknown) => error);
        return new Response('ok');
      };
      const server = createHttpServer({ component: 'api', port: 0, host: '127.0.0.1', handler });
      await server.start(signal);
      await fetch(`http://127.0.0.1:${server.port}/orders?q=1`, { method: 'POST', headers, body });
      await server.stop(signal);
      return used;
    },
  ],
];

const kinds = [
  ["of the platform's own", () => () => {}],
  ['of light objects', installLightHttp],
  ['with light responses', () => installLightHttp({ requests: false })],
  ['with light requests', () => installLightHttp({ responses: false })],
] as const;
const cases = kinds.flatMap(([kind, install]) => hosts.map(([name, ask]) => [name, kind, ask, install] as const));

describe.each(cases)('a request on %s, %s', (_name, _kind, ask, install) => {
  let uninstall = () => {};
  beforeAll(() => {
    uninstall = install();
  });
  afterAll(() => uninstall());

  it('is a Request, with its own Headers and a stream as its body', async () => {
    const seen = await ask(async (request) => [
      request instanceof Request,
      request.headers instanceof Headers,
      request.body instanceof ReadableStream,
      request.signal instanceof AbortSignal,
      request.method,
      new URL(request.url).search,
      request.headers.get('X-Tenant'),
    ]);
    expect(seen).toEqual([true, true, true, true, 'POST', '?q=1', 't-1']);
  });

  it('is cloned before it is read, and read once', async () => {
    const seen = await ask(async (request) => {
      const clone = request.clone();
      const first: unknown = await request.json();
      const again = await request.text().catch((error: unknown) => error instanceof TypeError);
      return [first, await clone.text(), request.bodyUsed, again];
    });
    expect(seen).toEqual([{ sku: 'keyboard' }, body, true, true]);
  });

  it('makes another: new Request(request) takes its method, headers and body', async () => {
    const seen = await ask(async (request) => {
      const other = new Request(request, { headers: { ...Object.fromEntries(request.headers), 'x-tenant': 't-2' } });
      return [other.method, other.headers.get('x-tenant'), await other.text()];
    });
    expect(seen).toEqual(['POST', 't-2', body]);
  });

  it('goes on to fetch, whole', async () => {
    const seen = await ask(async (request) => {
      const there = new Request(`http://${address}/`, request);
      there.headers.delete('content-length');
      return (await fetch(there, { duplex: 'half' } as RequestInit)).json();
    });
    expect(seen).toEqual({ method: 'POST', tenant: 't-1', body });
  });

  it('lets its headers be changed by a middleware', async () => {
    const seen = await ask(async (request) => {
      request.headers.set('x-user', 'u-1');
      request.headers.delete('x-tenant');
      return [request.headers.get('x-user'), request.headers.has('x-tenant')];
    });
    expect(seen).toEqual(['u-1', false]);
  });
});
