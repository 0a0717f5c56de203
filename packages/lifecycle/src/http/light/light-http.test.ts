import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../hosts/lambda/index.ts';
import type { AlbEvent, HttpEvent } from '../../hosts/lambda/internal.ts';
import { problem } from '../problem.ts';
import { installLightHttp } from './install-light-http.ts';
import { LightRequest } from './light-request.ts';
import { LightResponse } from './light-response.ts';

const { Request: PlatformRequest, Response: PlatformResponse, fetch: platformFetch } = globalThis;
let uninstall = () => {};
beforeEach(() => {
  uninstall = installLightHttp();
});
afterEach(() => uninstall());

interface EventInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
  rawPath?: string;
  rawQueryString?: string;
}
const event = ({
  method = 'POST',
  headers = {},
  rawPath = '/orders',
  rawQueryString = '',
  ...rest
}: EventInit = {}) => ({
  version: '2.0' as const,
  rawPath,
  rawQueryString,
  headers: { host: 'abc.example', 'x-tenant': 't-1', ...headers },
  requestContext: { http: { method } },
  ...rest,
});
const requestOf = (init?: EventInit): Request => {
  const request = readHttpEvent(event(init))?.request;
  if (!(request instanceof PlatformRequest)) throw new Error('refused');
  return request;
};
/** The same with the platform's own objects. */
function onPlatform<T>(work: () => T): T {
  uninstall();
  try {
    return work();
  } finally {
    uninstall = installLightHttp();
  }
}

describe('installLightHttp', () => {
  it('makes requests and responses light, and puts everything back', () => {
    const request = requestOf({ body: '{}' });
    expect(LightRequest.unwrap(request)).not.toBe(request);
    expect(new Response('x')).toBeInstanceOf(LightResponse);
    expect(installLightHttp()).not.toBe(uninstall); // a second call does nothing, and takes nothing back
    installLightHttp()();
    expect(new Response('x')).toBeInstanceOf(LightResponse);
    uninstall();
    expect([globalThis.Request, globalThis.Response, globalThis.fetch]).toEqual([
      PlatformRequest,
      PlatformResponse,
      platformFetch,
    ]);
    expect(LightRequest.unwrap(requestOf())).toBeInstanceOf(PlatformRequest);
    expect(new Response('x')).not.toBeInstanceOf(LightResponse);
  });

  it('keeps instanceof, constructors, subclasses and static methods', async () => {
    const request = requestOf();
    const response = new Response('x');
    class Own extends Response {
      readonly mark = 'mine';
    }
    const own = new Own('text', { status: 201 });
    expect([request instanceof Request, request.headers instanceof Headers, request.constructor === Request]).toEqual([
      true,
      true,
      true,
    ]);
    expect([response instanceof Response, response.constructor === Response, String(response)]).toEqual([
      true,
      true,
      '[object Response]',
    ]);
    expect(new PlatformResponse('x') instanceof Response).toBe(true);
    expect(response instanceof Own).toBe(false);
    expect([own instanceof Own, own instanceof Response, own.mark, own.status, await own.text()]).toEqual([
      true,
      true,
      'mine',
      201,
      'text',
    ]);
    expect(await Response.json({ a: 1 }).json()).toEqual({ a: 1 });
    expect(Response.redirect('http://x.example/').status).toBe(302);
  });

  it('lets fetch and new Request take a light request, once', async () => {
    const upstream = createServer(async (incoming, outgoing) => {
      let body = '';
      for await (const chunk of incoming) body += String(chunk);
      outgoing.end(JSON.stringify({ method: incoming.method, tenant: incoming.headers['x-tenant'], body }));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo; // of a TCP server
    const headers = { host: `127.0.0.1:${port}`, 'x-forwarded-proto': 'http' };
    const request = requestOf({ headers, body: 'hello' });
    request.headers.set('x-tenant', 't-2');
    request.headers.delete('host');
    const there = new Request(request, { headers: { 'x-tenant': 't-3' } });
    expect([request.bodyUsed, there.method, await there.text()]).toEqual([true, 'POST', 'hello']);
    const again = requestOf({ headers, body: 'hello' });
    again.headers.delete('host');
    expect(await (await fetch(again)).json()).toEqual({ method: 'POST', tenant: 't-1', body: 'hello' });
    await expect(fetch(again)).rejects.toThrow(TypeError);
    upstream.close();
  });
});

/** The outcome of a step: a value, or the error's name. */
async function outcome(step: () => unknown): Promise<unknown> {
  try {
    const value = await step();
    return value instanceof ArrayBuffer ? Buffer.from(value).toString('hex') : value;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : error;
  }
}
async function outcomes<T>(subject: T, steps: ReadonlyArray<(subject: T) => unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const step of steps) all.push(await outcome(() => step(subject)));
  return all;
}

const NAMES = ['x-a', 'X-A', 'set-cookie', 'cookie', 'content-type', 'Vary', 'bad name', ''];
const VALUES = ['1', 'a, b', ' padded ', '', 'tab\there', 'grün', 'line\nbreak', '日本', 'a=1; Path=/'];
const ON_HEADERS: ReadonlyArray<(headers: Headers) => unknown> = [
  ...NAMES.flatMap((name) => [
    (headers: Headers) => headers.get(name),
    (headers: Headers) => headers.has(name),
    (headers: Headers) => headers.delete(name),
    ...VALUES.flatMap((value) => [
      (headers: Headers) => headers.set(name, value),
      (headers: Headers) => headers.append(name, value),
    ]),
  ]),
  (headers) => [...headers],
  (headers) => Object.fromEntries(headers.entries()),
  (headers) => [...new Headers(headers)],
  (headers) => headers.getSetCookie(),
  (headers) => {
    const seen: string[] = [];
    headers.forEach((value, name) => void seen.push(`${name}=${value}`));
    return seen;
  },
];
const ON_BOTH: ReadonlyArray<(body: Request | Response) => unknown> = [
  (body) => body.text(),
  (body) => body.json(),
  (body) => body.arrayBuffer(),
  async (body) => (await body.blob()).type,
  (body) => body.bodyUsed,
  (body) => body.body instanceof ReadableStream,
  (body) => {
    // Not awaited: the cancel of a tee's branch waits for the other branch's.
    body.body?.cancel().catch(() => undefined);
  },
  (body) => body.clone().text(),
  ...ON_HEADERS.map((step) => (body: Request | Response) => step(body.headers)),
];
const ON_RESPONSE: ReadonlyArray<(response: Response) => unknown> = [
  ...ON_BOTH,
  (response) => [response.status, response.ok, response.statusText, response.type, response.url, response.redirected],
  (response) => new Response(response.body, response).text(),
  (response) => [...new Response('again', response).headers],
];
const ON_REQUEST: ReadonlyArray<(request: Request) => unknown> = [
  ...ON_BOTH,
  (request) => [request.method, request.url, request.redirect, request.mode, request.signal.aborted],
  (request) => new Request(request).text(),
  (request) => [...new Request('http://y.example/', request).headers],
  (request) => request.formData(),
];
const steps = <T>(all: readonly T[]) => fc.array(fc.nat(all.length - 1), { maxLength: 8 });
const pick = <T>(all: readonly T[], chosen: readonly number[]) => chosen.flatMap((index) => all[index] ?? []);
const headersInit = fc.option(
  fc.oneof(
    fc.dictionary(fc.constantFrom(...NAMES.slice(0, 6)), fc.constantFrom(...VALUES)),
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES.slice(0, 6)), fc.constantFrom('1', 'b=2')))
      .map((all) => new Headers(all)),
  ),
  { nil: undefined },
);

it.each([
  ['request', () => requestOf({ body: 'x' })],
  ['response', () => new Response('x')],
] as const)('a %s that was read is read for the platform as well', async (_name, make) => {
  const body: Request | Response = make();
  expect(await body.text()).toBe('x');
  expect(() => body.clone()).toThrow(TypeError);
  await expect(body.text()).rejects.toThrow(TypeError);
  expect(body.bodyUsed).toBe(true);
});

describe('headers', () => {
  it('keep an empty value that was added, as the platform does', () => {
    const added = () => {
      const { headers } = new Response('x', { headers: { 'x-a': '1' } });
      headers.append('x-a', '');
      return [...headers];
    };
    expect(added()).toEqual(onPlatform(added));
  });

  it('stay those of the request that it becomes', async () => {
    const request = requestOf({ body: 'x' });
    const { headers } = request;
    expect(request.signal.aborted).toBe(false); // makes it the platform's
    headers.set('x-tenant', 't-9');
    expect(new Request(request).headers.get('x-tenant')).toBe('t-9');
  });
});

describe('in any order of use', () => {
  it('a response is what the platform would make', async () => {
    const init = fc.record(
      {
        status: fc.constantFrom(200, 201, 204, 304, 404, 599, 199, 600, 20.5),
        statusText: fc.constantFrom('', 'Fine'),
        headers: headersInit,
      },
      { requiredKeys: [] },
    );
    const body = fc.constantFrom<readonly [string | null | Uint8Array<ArrayBuffer> | URLSearchParams]>(
      ['{"a":1}'],
      ['text'],
      [''],
      ['\uFEFFmarked'],
      ['\ud800 alone'],
      [null],
      [new Uint8Array([1, 2])],
      [new URLSearchParams('a=1')],
    );
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.option(init, { nil: undefined }),
        steps(ON_RESPONSE),
        async (given, settings, chosen) => {
          const options = settings as ResponseInit | undefined; // undefined members are as good as none
          const make = () => new Response(given[0], options);
          const run = async () => outcome(async () => outcomes(make(), pick(ON_RESPONSE, chosen)));
          const light = await run();
          uninstall();
          const platform = await run();
          uninstall = installLightHttp();
          expect(light).toEqual(platform);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(['content-type', 'cookie', 'x-list'])(
    'an empty value of %s outlives the making of the platform’s own',
    (name) => {
      const made = () =>
        [new Response('text'), new Request('http://x.example/', { headers: { [name]: 'a' } })].map((subject) => {
          for (const value of ['b', '', '']) subject.headers.append(name, value);
          subject.clone();
          return [...subject.headers];
        });
      const light = made();
      uninstall();
      const platform = made();
      uninstall = installLightHttp();
      expect(light).toEqual(platform);
    },
  );

  it('a request is what the platform would make', async () => {
    const init = fc.record(
      {
        method: fc.constantFrom('GET', 'POST', 'DELETE', 'patch', 'get', 'PURGE'),
        headers: fc.dictionary(fc.constantFrom('x-a', 'X-A', 'Content-Type', 'x-b'), fc.constantFrom(...VALUES)),
        body: fc.constantFrom('{"a":1}', 'text', '\uFEFFmarked', '\ud800 alone', 'a=1'),
        isBase64Encoded: fc.boolean(),
        rawQueryString: fc.constantFrom('', 'a=1&b=%20', "q='x'", 'ü=1'),
        rawPath: fc.constantFrom('/', '/orders', '/a b/ü', '/a/../b', '//x', '/./'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(init, steps(ON_REQUEST), async (given, chosen) => {
        const run = async () =>
          outcome(async () => {
            const read = readHttpEvent(event(given))?.request;
            return read instanceof Request
              ? outcomes(read, pick(ON_REQUEST, chosen))
              : [read?.status, await read?.text().then((text) => text.replace(/[0-9a-f-]{36}/g, '<uuid>'))];
          });
        const light = await run();
        uninstall();
        const platform = await run();
        uninstall = installLightHttp();
        expect(light).toEqual(platform);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the answer to an event', () => {
  const alb: AlbEvent = {
    requestContext: { elb: { targetGroupArn: 'arn' } },
    httpMethod: 'GET',
    path: '/',
    headers: {},
  };
  const gzip = { 'accept-encoding': 'gzip' };
  const events: HttpEvent[] = [
    event({ method: 'GET', headers: gzip }),
    event({ method: 'HEAD', headers: gzip }),
    alb,
    { ...alb, multiValueHeaders: {} },
    { httpMethod: 'GET', path: '/', headers: gzip, requestContext: {} },
  ];
  const cookies = new Headers([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['x-a', '1'],
    ['x-a', '2'],
  ]);
  const answers: ReadonlyArray<() => Response> = [
    () => new Response('text'),
    () => new Response(null, { status: 204 }),
    () => new Response('', { headers: { 'content-type': 'application/json' } }),
    () => new Response(JSON.stringify({ a: 'x'.repeat(2_000) }), { headers: { 'content-type': 'application/json' } }),
    () => new Response('x'.repeat(2_000), { headers: { 'content-type': 'image/png' } }),
    () => new Response('as it is', { headers: { 'content-encoding': 'identity' } }),
    () => new Response('with cookies', { headers: cookies }),
    () => problem({ status: 404, title: 'No such order' }),
    () => {
      const response = new Response('changed by a middleware', { headers: { etag: '"1"' } });
      response.headers.append('set-cookie', 'c=3');
      response.headers.delete('content-type');
      return response;
    },
    () => {
      const response = new Response('looked at');
      for (const [name] of [...response.headers]) response.headers.set(`x-${name}`, 'seen');
      return new Response(response.body, response);
    },
  ];

  it.each(answers.map((answer, index) => [index, answer] as const))('number %i is the same', async (_index, answer) => {
    const run = () =>
      Promise.all(
        events.map(async (one) => {
          const exchange = readHttpEvent(one);
          const made = answer();
          const result = await exchange?.result(made);
          return [result, made.bodyUsed];
        }),
      );
    const light = await run();
    uninstall();
    expect(light).toEqual(await run());
    uninstall = installLightHttp();
  });

  it('takes nothing of the platform for a text', () => {
    expect(onPlatform(() => new Response('x'))).not.toBeInstanceOf(LightResponse);
    const response = new Response('x', { status: 201, headers: { 'x-a': '1' } });
    response.headers.set('x-b', '2');
    expect(response).toBeInstanceOf(LightResponse);
  });
});
