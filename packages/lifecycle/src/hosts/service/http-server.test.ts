import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createTestClock } from '@twelvefold/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { installLightHttp } from '../../index.ts';
import { createHttpServer } from './index.ts';
import type { HttpServer, HttpServerOptions } from './internal.ts';

const servers: HttpServer[] = [];
const { signal } = new AbortController();
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(signal);
});

async function serve(handler: HttpServerOptions['handler'], options: Partial<HttpServerOptions> = {}) {
  const server = createHttpServer({ component: 'api', port: 0, host: '127.0.0.1', lingerMs: 0, handler, ...options });
  servers.push(server);
  await server.start(signal);
  return { server, url: `http://127.0.0.1:${server.port}` };
}

describe('createHttpServer', () => {
  it('carries method, path, headers, body, status and each cookie', async () => {
    const { url } = await serve(async (request) => {
      const headers = new Headers({
        'x-seen': `${request.method} ${new URL(request.url).pathname}${new URL(request.url).search}`,
      });
      headers.append('set-cookie', 'a=1; HttpOnly');
      headers.append('set-cookie', 'b=2');
      return new Response(await request.text(), { status: 201, headers });
    });
    const response = await fetch(`${url}/a/b?c=d`, {
      method: 'POST',
      body: 'hello',
      headers: { 'x-correlation-id': 'c-1' },
    });
    expect(response.status).toBe(201);
    expect(await response.text()).toBe('hello');
    expect(response.headers.get('x-seen')).toBe('POST /a/b?c=d');
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
    expect(response.headers.get('x-correlation-id')).toBe('c-1');
  });

  it('replaces a malformed correlation id and hides what a handler threw', async () => {
    const { url } = await serve(() => {
      throw new Error('password is hunter2');
    });
    const response = await fetch(url, { headers: { 'x-correlation-id': 'a b' } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(text).not.toContain('hunter2');
  });

  it('answers 500 to a handler that read its own response', async () => {
    const { url } = await serve(async () => {
      const response = new Response('read');
      await response.text();
      return response;
    });
    expect((await fetch(url)).status).toBe(500);
  });

  it("answers 500 when a callback on the scope's end rejects, and reports the outcome once", async () => {
    const outcomes: Array<[number, unknown]> = [];
    const { url } = await serve(
      (_request, scope) => {
        scope.onEnd(() => Promise.reject(new Error('commit failed')));
        return new Response('done');
      },
      {
        onOutcome: ({ status, error }) => outcomes.push([status, (error as AggregateError | undefined)?.errors]),
      },
    );
    const response = await fetch(url, { headers: { 'x-correlation-id': 'c-1' } });
    expect([response.status, response.headers.get('x-correlation-id')]).toEqual([500, 'c-1']);
    expect(outcomes).toEqual([[500, [new Error('commit failed')]]]);
  });

  it('answers 413 above the limit, with and without a declared length', async () => {
    const { url } = await serve(async (request) => new Response(String((await request.text()).length)));
    const atLimit = await fetch(url, { method: 'POST', body: 'x'.repeat(1_048_576) });
    expect(await atLimit.text()).toBe('1048576');
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(1_048_577) })).status).toBe(413);
    const streamed = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(url, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      for (let chunk = 0; chunk < 33; chunk += 1) request.write(Buffer.alloc(32_768));
      request.end();
    });
    expect(streamed).toBe(413);
  });

  it('answers 504 for a handler that outlives its time, and lets one that heeds the signal answer for itself', async () => {
    const clock = createTestClock();
    const outcomes: unknown[] = [];
    const waiting = Promise.withResolvers<void>();
    let entered = 0;
    const { server, url } = await serve(
      (incoming, scope) => {
        expect(scope.deadline.remainingMs()).toBe(5_000);
        entered += 1;
        if (entered === 2) waiting.resolve();
        return new Promise<Response>((resolve) => {
          if (!incoming.url.endsWith('/heeds')) return;
          scope.signal.addEventListener('abort', () => resolve(new Response('busy', { status: 503 })));
        });
      },
      { clock, answerMs: 5_000, onOutcome: ({ status }) => outcomes.push(status) },
    );
    const answers = Promise.all([fetch(`${url}/ignores`), fetch(`${url}/heeds`)]);
    await waiting.promise;
    await clock.advance(5_000);
    expect((await answers).map(({ status }) => status)).toEqual([504, 503]);
    expect(outcomes.toSorted()).toEqual([503, 504]);
    await server.stop(signal);
    expect(clock.sleepers).toBe(0);
  });

  it('distinguishes a client that hung up from a handler that failed', async () => {
    const outcomes: unknown[] = [];
    const entered = Promise.withResolvers<void>();
    const reported = Promise.withResolvers<void>();
    const { url } = await serve(
      (_request, scope) => {
        entered.resolve();
        return new Promise((_, reject) => scope.signal.addEventListener('abort', () => reject(scope.signal.reason)));
      },
      {
        onOutcome: ({ status, error }) => {
          outcomes.push([status, error]);
          reported.resolve();
        },
      },
    );
    const hangUp = new AbortController();
    const asking = fetch(url, { signal: hangUp.signal }).catch(() => undefined);
    await entered.promise;
    hangUp.abort();
    await Promise.all([asking, reported.promise]);
    expect(outcomes).toEqual([[499, undefined]]);
  });

  it('answers 431 to headers above the limit, in its own words', async () => {
    const { url } = await serve(() => new Response('ok'));
    const response = await fetch(url, { headers: { 'x-large': 'x'.repeat(17_000) } });
    expect([response.status, response.headers.get('content-type')]).toEqual([431, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ title: 'Request Header Fields Too Large' });
    expect((await fetch(url, { headers: { 'x-large': 'x'.repeat(15_000) } })).status).toBe(200);
  });

  it.each([
    ['what is no HTTP', 'hello'],
    ['a request of HTTP/1.1 without a Host', 'GET / HTTP/1.1\r\nconnection: close'],
  ])('answers 400 to %s', async (_, sent) => {
    const { server } = await serve(() => new Response('ok'));
    const text = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(`${sent}\r\n\r\n`));
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(text).toContain('application/problem+json');
  });

  it('compresses what is large and text for clients that take it, and as it comes', async () => {
    const { url } = await serve((request) => {
      const large = new URL(request.url).pathname === '/large';
      const headers = { 'content-type': 'application/json', etag: '"v1"', 'set-cookie': 'a=1' };
      return new Response(JSON.stringify({ text: 'x'.repeat(large ? 5_000 : 10) }), { headers });
    });
    const large = await fetch(`${url}/large`, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(large.headers.get('content-encoding')).toBe('gzip');
    expect([large.headers.get('vary'), large.headers.get('etag')]).toEqual(['Accept-Encoding', 'W/"v1"']);
    expect(large.headers.getSetCookie()).toEqual(['a=1']);
    expect(((await large.json()) as { text: string }).text).toHaveLength(5_000);
    const refused = await fetch(`${url}/large`, { headers: { 'accept-encoding': 'gzip;q=0, *' } });
    expect(refused.headers.get('content-encoding')).toBeNull();
    expect(await refused.text()).toHaveLength(5_011);
    const small = await fetch(`${url}/small`, { headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers.get('content-encoding')).toBeNull();
    expect(await small.json()).toEqual({ text: 'x'.repeat(10) });
    const head = await fetch(`${url}/large`, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } });
    expect(head.headers.get('content-encoding')).toBeNull();
  });

  it('sends each piece of a compressed answer when it is written', async () => {
    const more = Promise.withResolvers<void>();
    const { url } = await serve(() => {
      const body = new ReadableStream<Uint8Array>({
        start: async (controller) => {
          controller.enqueue(new TextEncoder().encode('a'.repeat(2_000)));
          await more.promise;
          controller.enqueue(new TextEncoder().encode('b'));
          controller.close();
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/plain' } });
    });
    const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.length < 2_000) text += (await reader?.read())?.value ?? '';
    expect(text).toBe('a'.repeat(2_000));
    more.resolve();
    expect((await reader?.read())?.value).toBe('b');
  });

  it('ends the body of an answer whose client hung up before enough of it was there to compress', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<unknown>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { server, url } = await serve(() => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('begin')),
        pull: () => begin(),
        cancel: end,
      });
      return new Response(body, { headers: { 'content-type': 'text/plain' } });
    });
    const away = new AbortController();
    const asked = fetch(url, { headers: { 'accept-encoding': 'gzip' }, signal: away.signal });
    await begun;
    away.abort();
    await expect(asked).rejects.toThrow();
    expect(String(await ended)).toContain('The client went away');
    await expect.poll(() => server.inFlight).toBe(0);
  });

  it('writes the text of a light answer as any other', async () => {
    const uninstall = installLightHttp();
    const { url } = await serve((request) => {
      const { pathname, searchParams } = new URL(request.url);
      const text = pathname.slice(1).repeat(Number(searchParams.get('times')));
      return new Response(text, { status: 201, headers: { 'x-a': '1' } });
    });
    const small = await fetch(`${url}/grün?times=1`);
    expect([small.status, small.headers.get('x-a'), small.headers.get('content-type'), await small.text()]).toEqual([
      201,
      '1',
      'text/plain;charset=UTF-8',
      'gr%C3%BCn',
    ]);
    const large = await fetch(`${url}/x?times=2000`);
    expect([large.headers.get('content-encoding'), await large.text()]).toEqual(['gzip', 'x'.repeat(2_000)]);
    const head = await fetch(`${url}/x?times=10`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([201, '']);
    uninstall();
  });

  it('cuts no character of a large text that it encodes slice by slice', async () => {
    const uninstall = installLightHttp();
    // A slice has 65,536 units: the prefix makes slices end inside of a pair of them.
    const texts = ['', 'x'].map((prefix) => `${prefix}${'😀ü€'.repeat(100_000)}`);
    const { url } = await serve(
      (request) => new Response(texts[Number(new URL(request.url).searchParams.get('text'))]),
    );
    const headers = { 'accept-encoding': 'identity' };
    for (const [index, text] of texts.entries()) {
      const response = await fetch(`${url}/?text=${index}`, { headers });
      expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
      expect((await response.text()) === text).toBe(true);
    }
    uninstall();
  });

  it.each(['a b', 'x/health/live?', 'x/y#', 'user@x', 'a\\b'])('answers 400 to the Host header %s', async (host) => {
    const { server } = await serve(() => new Response('ok'));
    const text = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      );
      let seen = '';
      socket.on('data', (chunk) => {
        seen += chunk;
      });
      socket.on('close', () => resolve(seen));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });
});
