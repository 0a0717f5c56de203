import { expect, test } from 'vitest';
import type { ApiRequest } from './api-event.ts';
import { apiEvent } from './api-event.ts';

const api = { accountId: '123456789012', apiId: 'local' };

function event(request: Partial<ApiRequest> = {}) {
  return apiEvent(
    {
      method: 'GET',
      target: '/',
      httpVersion: '1.1',
      rawHeaders: ['Host', 'localhost:8081', 'User-Agent', 'curl/8.2.1'],
      body: Buffer.alloc(0),
      sourceIp: '127.0.0.1',
      port: 8081,
      nowMs: Date.UTC(2020, 3, 21, 15, 8, 21, 67),
      traceId: 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c',
      ...request,
    },
    api,
  );
}

test('the smallest request', () => {
  expect(event()).toEqual({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    rawQueryString: '',
    headers: {
      'content-length': '0',
      host: 'localhost:8081',
      'user-agent': 'curl/8.2.1',
      'x-amzn-trace-id': 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '8081',
      'x-forwarded-proto': 'http',
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'curl/8.2.1' },
      requestId: expect.stringMatching(/^[\w-]{15}=$/),
      routeKey: '$default',
      stage: '$default',
      time: '21/Apr/2020:15:08:21 +0000',
      timeEpoch: 1587481701067,
    },
    isBase64Encoded: false,
  });
});

test('headers in lower case, repeated ones joined by commas, cookies apart, connection headers gone', () => {
  const { headers, cookies } = event({
    rawHeaders: [
      'X-Tag',
      'a',
      'x-tag',
      'b, c',
      'Cookie',
      'sid=1; theme=dark',
      'cookie',
      'x=y=z',
      'Connection',
      'close',
      'X-Forwarded-For',
      '10.1.2.3',
    ],
  });
  expect(headers).toMatchObject({ 'x-tag': 'a,b, c', 'x-forwarded-for': '10.1.2.3, 127.0.0.1' });
  expect(headers).not.toHaveProperty('cookie');
  expect(headers).not.toHaveProperty('connection');
  expect(cookies).toEqual(['sid=1', 'theme=dark', 'x=y=z']);
});

test('the query raw, and decoded with repeated parameters joined by commas', () => {
  const { rawQueryString, queryStringParameters } = event({ target: '/find?sku=a%20b&sku=c+d&empty=&q=%3F' });
  expect(rawQueryString).toBe('sku=a%20b&sku=c+d&empty=&q=%3F');
  expect(queryStringParameters).toEqual({ sku: 'a b,c d', empty: '', q: '?' });
  expect(event({ target: '/find?' })).not.toHaveProperty('queryStringParameters');
});

test('the path decoded, and cut at a decoded question mark, as HTTP APIs do', () => {
  expect(event({ target: '/orders/a%20b/%C3%BC%2F1' }).rawPath).toBe('/orders/a b/ü/1');
  expect(event({ target: '/orders/a%3Fadmin=1' })).toMatchObject({ rawPath: '/orders/a', rawQueryString: '' });
  expect(() => event({ target: '/%E0%A4%A' })).toThrow(URIError);
});

test.each([
  ['application/json', false],
  ['application/json; charset=utf-8', false],
  ['text/csv', false],
  ['application/xml', false],
  ['application/problem+json', true],
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
  [undefined, true],
])('a body of type %s in base64: %s', (type, isBase64Encoded) => {
  const body = Buffer.from('{"sku":"ü"}');
  const rawHeaders = type === undefined ? [] : ['Content-Type', type];
  expect(event({ method: 'POST', body, rawHeaders })).toMatchObject({
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  });
});

test('a compressed body is binary whatever its type', () => {
  const body = Buffer.from([0x1f, 0x8b, 0xff]);
  const rawHeaders = ['Content-Type', 'application/json', 'Content-Encoding', 'gzip'];
  expect(event({ body, rawHeaders })).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
});
