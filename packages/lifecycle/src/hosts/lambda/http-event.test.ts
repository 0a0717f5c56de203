import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';

import type { HttpHandler, RequestContext } from '../../internal.ts';
import { readHttpEvent } from './index.ts';
import type { AlbEvent, HttpEventV1 } from './internal.ts';

const rest: HttpEventV1 = {
  resource: '/{proxy+}',
  path: '/orders/a b',
  httpMethod: 'POST',
  headers: { Host: 'x.execute-api.eu-west-1.amazonaws.com', 'X-Tag': 'b', 'X-Forwarded-Proto': 'https' },
  multiValueHeaders: {
    Host: ['x.execute-api.eu-west-1.amazonaws.com'],
    'X-Tag': ['a', 'b'],
    'X-Forwarded-Proto': ['https'],
  },
  queryStringParameters: { q: '2', 'sp ace': 'ü&' },
  multiValueQueryStringParameters: { q: ['1', '2'], 'sp ace': ['ü&'] },
  body: '{"a":1}',
  isBase64Encoded: false,
  requestContext: { domainName: 'api.example', stage: 'dev', requestId: 'r' },
};

const single: AlbEvent = {
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1' } },
  httpMethod: 'GET',
  path: '/orders',
  queryStringParameters: { q: 'a%20b', flag: '' },
  headers: { host: 'lb.example', 'x-forwarded-proto': 'http', cookie: 'a=1; b=2' },
  body: '',
  isBase64Encoded: false,
};
const { headers: _headers, queryStringParameters: _query, ...albBase } = single;
const multi: AlbEvent = {
  ...albBase,
  multiValueHeaders: { host: ['lb.example'], 'x-forwarded-proto': ['http'], 'x-tag': ['a', 'b'] },
  multiValueQueryStringParameters: { q: ['1', '2'] },
};

function exchangeOf(event: unknown) {
  const exchange = readHttpEvent(event);
  if (!exchange) throw new Error('not taken for an HTTP event');
  return exchange;
}
const requestOf = (event: unknown) => exchangeOf(event).request as Request;
const serviceOf = (handler: () => Response | Promise<Response>) => ({ component: 'http', clock: systemClock, handler });

const twoCookies = () => {
  const response = new Response('{"ok":true}', { status: 201, headers: { 'content-type': 'application/json' } });
  response.headers.append('set-cookie', 'a=1');
  response.headers.append('set-cookie', 'b=2');
  return response;
};

it('keeps the byte order mark of a text, and puts a body of several chunks together', async () => {
  const marked = new Response('\ufeffa;b', { headers: { 'content-type': 'text/csv' } });
  expect((await exchangeOf(rest).result(marked)).body).toBe('\ufeffa;b');
  const chunks = new ReadableStream({
    start(controller) {
      for (const chunk of ['a', 'b', 'c']) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
  const streamed = new Response(chunks, { headers: { 'content-type': 'text/plain' } });
  expect((await exchangeOf(rest).result(streamed)).body).toBe('abc');
});

describe('payload format 1.0', () => {
  it('becomes a request: every value of a header and of a parameter, encoded', async () => {
    const request = requestOf(rest);
    expect(request.url).toBe('https://api.example/orders/a%20b?q=1&q=2&sp+ace=%C3%BC%26');
    expect([...new URL(request.url).searchParams]).toEqual([
      ['q', '1'],
      ['q', '2'],
      ['sp ace', 'ü&'],
    ]);
    expect(request.headers.get('x-tag')).toBe('a, b');
    expect(await request.json()).toEqual({ a: 1 });
  });

  it('reads an event without the multi-value maps, as a console test sends it', () => {
    const request = requestOf({
      ...rest,
      multiValueHeaders: null,
      multiValueQueryStringParameters: null,
      body: null,
    });
    expect(new URL(request.url).searchParams.get('q')).toBe('2');
    expect(request.headers.get('x-tag')).toBe('b');
  });

  it('is answered with nothing that a REST API refuses', async () => {
    const result = await exchangeOf(rest).result(twoCookies());
    expect(result).toEqual({
      statusCode: 201,
      multiValueHeaders: { 'content-type': ['application/json'], 'set-cookie': ['a=1', 'b=2'] },
      body: '{"ok":true}',
      isBase64Encoded: false,
    });
  });
});

describe('Application Load Balancer', () => {
  it('becomes a request whose parameters stay as they were encoded', () => {
    const request = requestOf(single);
    expect(request.url).toBe('http://lb.example/orders?q=a%20b&flag');
    expect(request.headers.get('cookie')).toBe('a=1; b=2');
    expect(requestOf(multi).url).toBe('http://lb.example/orders?q=1&q=2');
    expect(requestOf(multi).headers.get('x-tag')).toBe('a, b');
  });

  it("is answered in the event's own shape", async () => {
    expect(await exchangeOf(multi).result(twoCookies())).toEqual({
      statusCode: 201,
      multiValueHeaders: { 'content-type': ['application/json'], 'set-cookie': ['a=1', 'b=2'] },
      body: '{"ok":true}',
      isBase64Encoded: false,
    });
  });

  it('loses no cookie without multi-value mode', async () => {
    const result = await exchangeOf(single).result(twoCookies());
    if (!('headers' in result)) throw new Error('no headers');
    const cookies = Object.entries(result.headers).filter(([name]) => name.toLowerCase() === 'set-cookie');
    expect(cookies.map(([, value]) => value)).toEqual(['a=1', 'b=2']);
    expect(result).not.toHaveProperty('multiValueHeaders');
  });

  it('answers bytes as base64', async () => {
    const image = new Response(new Uint8Array([255, 0]), { headers: { 'content-type': 'image/png' } });
    expect(await exchangeOf(single).result(image)).toMatchObject({ body: '/wA=', isBase64Encoded: true });
  });
});

it('is no HTTP event', () => {
  for (const event of [null, undefined, 1, 'x', [], {}, { Records: [] }, { httpMethod: 'GET' }, { version: '2.0' }]) {
    expect(readHttpEvent(event)).toBeUndefined();
  }
});

it('answers 413 to a body above the limit, whatever the front', () => {
  const body = Buffer.alloc(1_048_577).toString('base64');
  for (const event of [rest, single, multi]) {
    expect(readHttpEvent({ ...event, httpMethod: 'POST', body, isBase64Encoded: true })?.request).toMatchObject({
      status: 413,
    });
  }
});

it('answers 431 to headers above the limit, whatever the front', () => {
  const large = 'x'.repeat(17_000);
  for (const event of [
    { ...rest, multiValueHeaders: { large: [large] } },
    { ...single, headers: { large } },
  ]) {
    expect(readHttpEvent(event)?.request).toMatchObject({ status: 431 });
  }
});

const format2 = {
  version: '2.0',
  rawPath: '/orders',
  headers: {},
  requestContext: { domainName: 'api.example', http: { method: 'POST' } },
};

it.each([
  ['parameters', { ...single, queryStringParameters: undefined, multiValueQueryStringParameters: { a: -4 } }],
  ['cookies', { ...format2, cookies: 'a=1' }],
  ['a cookie', { ...format2, cookies: [1] }],
  ['a host', { ...format2, requestContext: { domainName: 7, http: { method: 'POST' } } }],
  ['a body in base64', { ...format2, body: 'no base64', isBase64Encoded: true }],
])('takes %s of another type for a malformed request', (_, event) => {
  expect(readHttpEvent(event)?.request).toMatchObject({ status: 400 });
});

it('takes what an event leaves out for none', async () => {
  const request = requestOf(format2);
  expect([request.url, await request.text()]).toEqual(['https://api.example/orders', '']);
});

describe('answer', () => {
  const exchange = (headers: Record<string, string>) => exchangeOf({ ...single, headers });
  const json = (size: number) =>
    new Response(JSON.stringify('x'.repeat(size)), { headers: { 'content-type': 'application/json' } });

  it('compresses for clients that take it', async () => {
    const large = serviceOf(() => json(5_000));
    const result = await exchange({ 'accept-encoding': 'gzip' }).answer(large);
    expect(result).toMatchObject({
      headers: { 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
      isBase64Encoded: true,
    });
    expect(gunzipSync(Buffer.from(result.body ?? '', 'base64')).toString()).toBe(JSON.stringify('x'.repeat(5_000)));
    const plain = await exchange({}).answer(large);
    expect(plain).toMatchObject({ isBase64Encoded: false, body: JSON.stringify('x'.repeat(5_000)) });
    const small = await exchange({ 'accept-encoding': 'gzip' }).answer(serviceOf(() => json(10)));
    expect(small).toMatchObject({ isBase64Encoded: false, body: JSON.stringify('x'.repeat(10)) });
  });

  it('answers 500 and reports a body that breaks', async () => {
    const broken = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('it broke')) }));
    const reported: unknown[] = [];
    const result = await exchange({}).answer(serviceOf(broken), { onBroken: (error) => void reported.push(error) });
    expect(result).toMatchObject({ statusCode: 500, headers: { 'content-type': 'application/problem+json' } });
    expect(reported).toEqual([new Error('it broke')]);
  });

  it('answers 500 and reports when the front would not carry the answer', async () => {
    const reported: number[][] = [];
    const onTooLarge = (size: number, limit: number) => void reported.push([size, limit]);
    const result = await exchange({}).answer(
      serviceOf(() => json(1_048_576)),
      { onTooLarge },
    );
    expect(result).toMatchObject({ statusCode: 500, headers: { 'content-type': 'application/problem+json' } });
    expect(reported).toEqual([[1_048_578, 1_048_576]]);
  });
});

describe('a streamed answer', () => {
  /** The response stream of one invocation, as Lambda's runtime makes it. */
  function responseStream() {
    const stream = new PassThrough();
    const types: string[] = [];
    return Object.assign(stream, {
      types,
      setContentType: (type: string) => void types.push(type),
      text: () => stream.read()?.toString() as string,
    });
  }
  const eventStream = () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')) }),
      { headers: { 'content-type': 'text/event-stream' } },
    );
  /** Two pieces and no end. */
  const endless = () => {
    let left = 2;
    return new Response(
      new ReadableStream({
        pull: (controller) => {
          if (left === 0) return new Promise(() => {});
          left -= 1;
          controller.enqueue(new TextEncoder().encode('piece'));
        },
      }),
    );
  };
  const answering = (event: unknown, handler: () => Response, leftMs = 1_000) => {
    const clock = createTestClock();
    const stream = responseStream();
    const broken: unknown[] = [];
    const options = { deadline: deadlineIn(leftMs, clock), onBroken: (error: unknown) => broken.push(error) };
    const done = exchangeOf(event).stream({ component: 'http', clock, handler }, stream, options);
    return { clock, stream, broken, done };
  };

  it('begins with status, headers and cookies as JSON and eight zero bytes, for a REST API as well', async () => {
    const { stream, done } = answering(rest, twoCookies);
    await done;
    const [prelude = '', body] = stream.text().split('\0'.repeat(8));
    const { headers, ...head } = JSON.parse(prelude);
    expect(stream.types).toEqual(['application/vnd.awslambda.http-integration-response']);
    expect(head).toEqual({ statusCode: 201, cookies: ['a=1', 'b=2'] });
    expect(Object.keys(headers).sort()).toEqual(['content-type', 'x-correlation-id']);
    expect(body).toBe('{"ok":true}');
  });

  it('has its head, and its end, without a body', async () => {
    const { stream, done } = answering(rest, () => new Response(null, { status: 204 }));
    await done;
    expect(stream.text()).toMatch(/^\{"statusCode":204,"headers":\{"x-correlation-id":"[^"]+"\}\}\0{8}$/);
  });

  it('is a refusal for an event that cannot be one for the app', async () => {
    const { stream, done } = answering({ ...rest, isBase64Encoded: 'yes' }, twoCookies);
    await done;
    expect(stream.text()).toMatch(/^\{"statusCode":400,/);
  });

  it('of events ends at the deadline: its clients connect again', async () => {
    const { clock, stream, broken, done } = answering(rest, eventStream);
    await expect.poll(() => stream.readableLength).toBeGreaterThan(0);
    await new Promise(setImmediate);
    await clock.advance(1_000);
    await done;
    expect(stream.text()).toMatch(/\0{8}data: 1\n\n$/);
    expect(broken).toEqual([]);
  });

  it('of any other kind breaks off at the deadline, with the reason', async () => {
    const { clock, stream, broken, done } = answering(rest, endless);
    await expect.poll(() => stream.readableLength).toBeGreaterThan(0);
    await new Promise(setImmediate);
    await Promise.all([expect(done).rejects.toThrow(/before its deadline/), clock.advance(1_000)]);
    expect(broken).toMatchObject([{ name: 'TimeoutError' }]);
    expect(stream.writableEnded).toBe(false);
  });

  it('breaks off when the runtime closes its stream', async () => {
    const { stream, done } = answering(rest, endless);
    stream.destroy(new Error('the Runtime API is gone'));
    await expect(done).rejects.toThrow('the Runtime API is gone');
  });
});

describe('stage and base path', () => {
  const v2 = (rawPath: string, domainName: string, stage: string) => ({
    version: '2.0',
    rawPath,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: { domainName, stage, http: { method: 'GET', sourceIp: '192.0.2.1' } },
  });
  const v1 = (path: string, domainName: string, stage: string) => ({
    ...rest,
    path,
    httpMethod: 'GET',
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: { domainName, stage },
  });
  const API = 'a1.execute-api.eu-west-1.amazonaws.com';

  it.each([
    ['2.0, stage on the default endpoint', v2('/live/orders', API, 'live'), undefined, '/orders'],
    ['2.0, the stage alone', v2('/live', API, 'live'), undefined, '/'],
    ['2.0, a path that only begins as the stage does', v2('/lively/orders', API, 'live'), undefined, '/lively/orders'],
    ['2.0, $default', v2('/orders', API, '$default'), undefined, '/orders'],
    [
      '2.0, custom domain: its mapping stays',
      v2('/shop/orders', 'api.shop.example', 'live'),
      undefined,
      '/shop/orders',
    ],
    [
      '2.0, custom domain, a path that is the stage',
      v2('/live/orders', 'api.shop.example', 'live'),
      undefined,
      '/live/orders',
    ],
    ['2.0, custom domain with basePath', v2('/shop/orders', 'api.shop.example', 'live'), '/shop', '/orders'],
    ['2.0, stage and basePath', v2('/live/shop/orders', API, 'live'), '/shop', '/orders'],
    ['1.0, no stage in its path', v1('/live/orders', API, 'live'), undefined, '/live/orders'],
    [
      '1.0, custom domain: its mapping stays',
      v1('/shop/orders', 'api.shop.example', 'live'),
      undefined,
      '/shop/orders',
    ],
    ['1.0, custom domain with basePath', v1('/shop/orders', 'api.shop.example', 'live'), '/shop', '/orders'],
    ['1.0, basePath alone', v1('/shop', 'api.shop.example', 'live'), '/shop', '/'],
  ])('%s', (_name, event, basePath, path) => {
    const { request } = readHttpEvent(event, basePath) ?? {};
    expect(new URL((request as Request).url).pathname).toBe(path);
  });
});

describe('the context of a request', () => {
  const base = { version: '2.0', rawPath: '/', rawQueryString: '', headers: {}, isBase64Encoded: false };
  const http = { method: 'GET', sourceIp: '192.0.2.1' };
  const claims = { sub: 'user-1' };
  const v2 = (authorizer?: object) => ({ ...base, requestContext: { http, stage: 'live', authorizer } });
  const v1 = (authorizer?: object | null) => ({
    ...rest,
    requestContext: { stage: 'live', identity: { sourceIp: '192.0.2.1' }, authorizer },
  });

  it.each([
    ['a JWT authorizer, 2.0', v2({ jwt: { claims, scopes: null } }), claims],
    ['a Lambda authorizer, 2.0', v2({ lambda: claims }), claims],
    ['IAM, 2.0', v2({ iam: claims }), claims],
    ['none, 2.0', v2(), undefined],
    ['Cognito, 1.0', v1({ claims }), claims],
    ['a Lambda authorizer, 1.0', v1(claims), claims],
    ['none, 1.0', v1(null), undefined],
  ])('has one shape: %s', async (_name, event, wanted) => {
    const seen: RequestContext[] = [];
    const handler: HttpHandler = (_request, _scope, context) => {
      seen.push(context);
      return new Response();
    };
    await exchangeOf(event).answer({ component: 'http', clock: systemClock, handler });
    expect(seen).toEqual([{ sourceAddress: '192.0.2.1', stage: 'live', claims: wanted }]);
  });
});
