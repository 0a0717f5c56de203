import { expect, test } from 'vitest';
import type { ApiRequest } from './api-event.ts';
import type { RestApi } from './rest-event.ts';
import { matches, restEvent } from './rest-event.ts';

const api: RestApi = { accountId: '123456789012', apiId: 'a1b2c3', stage: 'live', binaryMediaTypes: [] };

function event(request: Partial<ApiRequest> = {}, options: Partial<RestApi> = {}) {
  return restEvent(
    {
      method: 'GET',
      target: '/live/',
      httpVersion: '1.1',
      rawHeaders: ['Host', 'localhost:8081', 'User-Agent', 'curl/8.2.1'],
      body: Buffer.alloc(0),
      sourceIp: '127.0.0.1',
      port: 8081,
      nowMs: Date.UTC(2020, 3, 21, 15, 8, 21, 67),
      traceId: 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c',
      ...request,
    },
    { ...api, ...options },
  );
}

test('the smallest request', () => {
  const headers = {
    Host: 'localhost:8081',
    'User-Agent': 'curl/8.2.1',
    'X-Amzn-Trace-Id': 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c',
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Port': '8081',
    'X-Forwarded-Proto': 'http',
  };
  expect(event()).toEqual({
    resource: '/',
    path: '/',
    httpMethod: 'GET',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      extendedRequestId: expect.stringMatching(/^[\w-]{15}=$/),
      httpMethod: 'GET',
      identity: { sourceIp: '127.0.0.1', userAgent: 'curl/8.2.1' },
      path: '/live/',
      protocol: 'HTTP/1.1',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      requestTime: '21/Apr/2020:15:08:21 +0000',
      requestTimeEpoch: 1587481701067,
      resourcePath: '/',
      stage: 'live',
    },
    body: null,
    isBase64Encoded: false,
  });
});

test('a path without its stage, parameters decoded, each value of what is there twice', () => {
  const made = event({
    target: '/live/orders/a%20b?x=1&x=%C3%A4&y=',
    rawHeaders: ['Host', 'h', 'X-Tag', 'a', 'X-Tag', 'b', 'Connection', 'close', 'x-forwarded-for', '192.0.2.1'],
  });
  expect(made).toMatchObject({
    resource: '/{proxy+}',
    path: '/orders/a%20b',
    pathParameters: { proxy: 'orders/a%20b' },
    queryStringParameters: { x: 'ä', y: '' },
    multiValueQueryStringParameters: { x: ['1', 'ä'], y: [''] },
    requestContext: { path: '/live/orders/a%20b', resourcePath: '/{proxy+}' },
  });
  expect(made?.headers['X-Tag']).toBe('b');
  expect(made?.multiValueHeaders['X-Tag']).toEqual(['a', 'b']);
  expect(made?.multiValueHeaders['X-Forwarded-For']).toEqual(['192.0.2.1, 127.0.0.1']);
  expect(Object.keys(made?.headers ?? {})).not.toContain('Connection');
});

test.each(['/', '/live', '/livery/', '/other/live/'])('%s is not below the stage', (target) => {
  expect(event({ target })).toBeUndefined();
});

test('a body is text, unless its type is binary', () => {
  const body = Buffer.from([0xff, 0x00]);
  const png = ['Content-Type', 'image/png'];
  const all = { binaryMediaTypes: ['*/*'] };
  expect(event({ body: Buffer.from('ä') })).toMatchObject({ body: 'ä', isBase64Encoded: false });
  expect(event({ body, rawHeaders: png })).toMatchObject({ body: '\ufffd\u0000', isBase64Encoded: false });
  expect(event({ body, rawHeaders: png }, all)).toMatchObject({ body: '/wA=', isBase64Encoded: true });
  expect(event({}, all)).toMatchObject({ body: null, isBase64Encoded: false });
  expect([
    matches(['image/*'], 'image/png'),
    matches(['image/png'], 'Image/PNG; q=1'),
    matches([], 'image/png'),
  ]).toEqual([true, true, false]);
});
