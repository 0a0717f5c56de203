import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { launchFunction } from '../function/launch-function.ts';
import type { InvocationResult } from '../function/result.ts';
import type { ApiEvent } from './api-event.ts';
import type { HttpFront, HttpFrontOptions } from './launch-http-front.ts';
import { launchHttpFront } from './launch-http-front.ts';

const fronts: HttpFront[] = [];

afterEach(async () => {
  await Promise.all(fronts.splice(0).map((front) => front.stop()));
});

async function front(
  answer: (event: ApiEvent, signal: AbortSignal) => unknown,
  options: Partial<HttpFrontOptions> = {},
): Promise<HttpFront> {
  const started = await launchHttpFront({
    fn: {
      invoke: async (event, { signal }): Promise<InvocationResult> => {
        const payload = await answer(event as ApiEvent, signal);
        return { requestId: '1', payload };
      },
    },
    ...options,
  });
  fronts.push(started);
  return started;
}

test('a request through a real function and back', async () => {
  const entry = fileURLToPath(new URL('./fixtures/echo.mjs', import.meta.url));
  const fn = await launchFunction({ name: 'http', entry, region: 'eu-central-1', env: {} });
  const { url, stop } = await launchHttpFront({ fn });
  try {
    const response = await fetch(`${url}/orders/1?x=1`, {
      method: 'POST',
      headers: { cookie: 'sid=1', 'content-type': 'application/octet-stream' },
      body: new Uint8Array([0, 255, 16]),
    });
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
    expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
    expect(response.headers.get('x-seen')).toBe('POST /orders/1 x=1 sid=1');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255, 16]));
    const failed = await fetch(`${url}/throw`);
    expect([failed.status, await failed.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  } finally {
    await stop();
    await fn.stop();
  }
});

test('10 MB pass, one byte more is 413, and the connection stays usable', async () => {
  const { url } = await front((event) => String(event.body?.length));
  const post = (size: number) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(size) });
  const refused = await post(10 * 1024 * 1024 + 1);
  expect([refused.status, await refused.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  expect(await (await post(10 * 1024 * 1024)).text()).toBe(String(10 * 1024 * 1024));
});

test('a function that takes too long is a 503, and its end is logged', async () => {
  let reason: AbortSignal | undefined;
  const { url } = await front(
    (_event, signal) => {
      reason = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    { timeoutMs: 50 },
  );
  const response = await fetch(url);
  expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  expect(reason?.aborted).toBe(true);
});

test('a function that is gone is a 500', async () => {
  const { url } = await front(() => {
    throw new Error('Cannot invoke function http: it is stopped');
  });
  expect((await fetch(url)).status).toBe(500);
});

test('a path that is not UTF-8 is a 400, headers beyond 10 KB a 431', async () => {
  const { url } = await front(() => 'never');
  expect((await fetch(`${url}/%E0%A4%A`)).status).toBe(400);
  expect((await fetch(url, { headers: { 'x-big': 'x'.repeat(11_000) } })).status).toBe(431);
});

test('HEAD and 204 answer without a body', async () => {
  const { url } = await front((event) =>
    event.requestContext.http.method === 'HEAD' ? { statusCode: 200, body: 'four' } : { statusCode: 204, body: 'x' },
  );
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['4', '']);
  const none = await fetch(url);
  expect([none.status, none.headers.get('content-length'), await none.text()]).toEqual([204, null, '']);
});

test('stop() answers what is in flight, refuses what comes, and closes idle connections', async () => {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<string>();
  const { url, port, stop } = await front(() => {
    arrived.resolve();
    return release.promise;
  });
  const idle = connect(port, '127.0.0.1');
  const idleClosed = new Promise((resolve) => idle.on('close', resolve));
  idle.on('error', () => {});
  const pending = fetch(url);
  await arrived.promise;
  const stopped = stop();
  await expect(fetch(url)).rejects.toThrow();
  release.resolve('x'.repeat(2_000_000));
  expect((await (await pending).text()).length).toBe(2_000_000);
  await stopped;
  await idleClosed;
});

test('a REST API answers below its stage, in its own words', async () => {
  const answer = (event: unknown) => {
    const { path } = event as { path: string };
    if (path === '/throw') throw new Error('stopped');
    if (path === '/wrong') return { statusCode: 200, cookies: [] };
    return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: path };
  };
  const { url } = await front(answer, { stage: 'live' });
  expect(url).toMatch(/\/live$/);
  const response = await fetch(`${url}/orders/1?x=1`);
  expect([response.status, await response.text()]).toEqual([200, '/orders/1']);
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[\da-f-]{36}$/);
  expect(response.headers.get('apigw-requestid')).toBeNull();
  const other = await fetch(url.replace('/live', '/other/'));
  expect([other.status, await other.json()]).toEqual([403, { message: 'Forbidden' }]);
  for (const path of ['/throw', '/wrong']) {
    const failed = await fetch(url + path);
    expect([failed.status, await failed.json()]).toEqual([502, { message: 'Internal server error' }]);
  }
});

test('a function behind a REST API that takes too long is a 504', async () => {
  const never = (_event: unknown, signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { url } = await front(never, { stage: 'live', timeoutMs: 50 });
  const response = await fetch(`${url}/`);
  expect([response.status, await response.json()]).toEqual([504, { message: 'Endpoint request timed out' }]);
});
