import { EventEmitter } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { systemClock } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createLifecycle, installLightHttp, serveRequest } from '../../index.ts';
import type { HttpServer } from './index.ts';
import { createHttpServer, holdSignals, runService, serviceProfile } from './index.ts';

const servers: HttpServer[] = [];
const signal = new AbortController().signal;
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(signal);
});

async function serve(answer: (request: Request, signal: AbortSignal) => Promise<Response>) {
  const server = createHttpServer({ port: 0, host: '127.0.0.1', answer });
  servers.push(server);
  await server.start(signal);
  return { server, url: `http://127.0.0.1:${server.port}` };
}

const scoped =
  (handler: (request: Request) => Response | Promise<Response>) => (request: Request, requestSignal: AbortSignal) =>
    serveRequest(handler, request, { component: 'api', clock: systemClock, signal: requestSignal });

describe('createHttpServer', () => {
  it('carries method, path, headers, body, status and each cookie', async () => {
    const { url } = await serve(
      scoped(async (request) => {
        const headers = new Headers({
          'x-seen': `${request.method} ${new URL(request.url).pathname}${new URL(request.url).search}`,
        });
        headers.append('set-cookie', 'a=1; HttpOnly');
        headers.append('set-cookie', 'b=2');
        return new Response(await request.text(), { status: 201, headers });
      }),
    );
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
    const { url } = await serve(
      scoped(() => {
        throw new Error('password is hunter2');
      }),
    );
    const response = await fetch(url, { headers: { 'x-correlation-id': 'a b' } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(text).not.toContain('hunter2');
  });

  it('answers 500 to a handler that read its own response', async () => {
    const { url } = await serve(
      scoped(async () => {
        const response = new Response('read');
        await response.text();
        return response;
      }),
    );
    expect((await fetch(url)).status).toBe(500);
  });

  it("answers 500 when what hangs on the scope's end fails, and tells", async () => {
    const outcomes: Array<[number, unknown]> = [];
    const { url } = await serve((request) =>
      serveRequest(
        (_request, scope) => {
          scope.onEnd(() => Promise.reject(new Error('commit failed')));
          return new Response('done');
        },
        request,
        {
          component: 'api',
          clock: systemClock,
          onOutcome: ({ status, error }) => outcomes.push([status, (error as AggregateError | undefined)?.errors]),
        },
      ),
    );
    const response = await fetch(url, { headers: { 'x-correlation-id': 'c-1' } });
    expect([response.status, response.headers.get('x-correlation-id')]).toEqual([500, 'c-1']);
    expect(outcomes).toEqual([
      [200, undefined],
      [500, [new Error('commit failed')]],
    ]);
  });

  it('answers 413 above the limit, with and without a declared length', async () => {
    const { url } = await serve(scoped(async (request) => new Response(String((await request.text()).length))));
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
    const server = createHttpServer({
      port: 0,
      host: '127.0.0.1',
      clock,
      answerMs: 5_000,
      answer: (request, requestSignal, deadline) =>
        serveRequest(
          async (incoming, scope) => {
            expect(scope.deadline.remainingMs()).toBe(5_000);
            entered += 1;
            if (entered === 2) waiting.resolve();
            return new Promise<Response>((resolve) => {
              if (!incoming.url.endsWith('/heeds')) return;
              scope.signal.addEventListener('abort', () => resolve(new Response('busy', { status: 503 })));
            });
          },
          request,
          {
            component: 'api',
            clock,
            signal: requestSignal,
            deadline,
            onOutcome: ({ status }) => outcomes.push(status),
          },
        ),
    });
    servers.push(server);
    await server.start(signal);
    const url = `http://127.0.0.1:${server.port}`;
    const answers = Promise.all([fetch(`${url}/ignores`), fetch(`${url}/heeds`)]);
    await waiting.promise;
    await clock.advance(5_000);
    expect((await answers).map(({ status }) => status)).toEqual([504, 503]);
    expect(outcomes.toSorted()).toEqual([503, 504]);
    expect(clock.sleepers).toBe(0);
  });

  it('tells a client that hung up from a handler that failed', async () => {
    const outcomes: unknown[] = [];
    const entered = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    const { url } = await serve((request, requestSignal) =>
      serveRequest(
        (_request, scope) => {
          entered.resolve();
          return new Promise((_, reject) => scope.signal.addEventListener('abort', () => reject(scope.signal.reason)));
        },
        request,
        {
          component: 'api',
          clock: systemClock,
          signal: requestSignal,
          onOutcome: ({ status, error }) => {
            outcomes.push([status, error]);
            told.resolve();
          },
        },
      ),
    );
    const hangUp = new AbortController();
    const asking = fetch(url, { signal: hangUp.signal }).catch(() => undefined);
    await entered.promise;
    hangUp.abort();
    await Promise.all([asking, told.promise]);
    expect(outcomes).toEqual([[499, undefined]]);
  });

  it('answers 431 to headers above the limit, in its own words', async () => {
    const { url } = await serve(scoped(() => new Response('ok')));
    const response = await fetch(url, { headers: { 'x-large': 'x'.repeat(17_000) } });
    expect([response.status, response.headers.get('content-type')]).toEqual([431, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ title: 'Request Header Fields Too Large' });
    expect((await fetch(url, { headers: { 'x-large': 'x'.repeat(15_000) } })).status).toBe(200);
  });

  it.each([
    ['what is no HTTP', 'hello'],
    ['a request of HTTP/1.1 without a Host', 'GET / HTTP/1.1\r\nconnection: close'],
  ])('answers 400 to %s', async (_, sent) => {
    const { server } = await serve(scoped(() => new Response('ok')));
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
    const { url } = await serve(
      scoped((request) => {
        const large = new URL(request.url).pathname === '/large';
        const headers = { 'content-type': 'application/json', etag: '"v1"', 'set-cookie': 'a=1' };
        return new Response(JSON.stringify({ text: 'x'.repeat(large ? 5_000 : 10) }), { headers });
      }),
    );
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
    const { url } = await serve(
      scoped(() => {
        const body = new ReadableStream<Uint8Array>({
          start: async (controller) => {
            controller.enqueue(new TextEncoder().encode('a'.repeat(2_000)));
            await more.promise;
            controller.enqueue(new TextEncoder().encode('b'));
            controller.close();
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/plain' } });
      }),
    );
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
    const { server, url } = await serve(
      scoped(() => {
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('begin')),
          pull: () => begin(),
          cancel: end,
        });
        return new Response(body, { headers: { 'content-type': 'text/plain' } });
      }),
    );
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
    const { url } = await serve(
      scoped((request) => {
        const { pathname, searchParams } = new URL(request.url);
        const text = pathname.slice(1).repeat(Number(searchParams.get('times')));
        return new Response(text, { status: 201, headers: { 'x-a': '1' } });
      }),
    );
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

  it.each(['a b', 'x/health/live?', 'x/y#', 'user@x', 'a\\b'])('answers 400 to the Host header %s', async (host) => {
    const { server } = await serve(scoped(() => new Response('ok')));
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

  it('finishes what is in flight, answers with connection: close while draining, then closes', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { server, url } = await serve(async (request) => {
      if (request.url.endsWith('/slow')) await promise;
      return new Response('done');
    });
    const slow = fetch(`${url}/slow`);
    await expect.poll(() => server.inFlight).toBe(1);
    await server.quiesce(signal);
    const drained = Promise.resolve(server.drain(signal));
    const during = await fetch(`${url}/quick`);
    expect(during.headers.get('connection')).toBe('close');
    resolve();
    expect(await (await slow).text()).toBe('done');
    await drained;
    await server.stop(signal);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('answers what comes after its own drain, while others drain, before it closes', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { server, url } = await serve(async () => {
      await promise;
      return new Response('late');
    });
    await server.quiesce(signal);
    await server.drain(signal);
    const late = fetch(url);
    await expect.poll(() => server.inFlight).toBe(1);
    const stopped = server.stop(signal);
    resolve();
    expect(await (await late).text()).toBe('late');
    await stopped;
  });

  it('keeps idle connections through the drain: their next request is answered and told to close', async () => {
    const { server } = await serve(async () => new Response('ok'));
    const socket = connect(server.port, '127.0.0.1');
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk;
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const ask = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    socket.write(ask);
    await expect.poll(() => seen).toContain('ok');
    await server.quiesce(signal);
    socket.write(ask);
    await closed;
    expect(seen.match(/HTTP\/1.1 200/g)).toHaveLength(2);
    expect(seen).toMatch(/connection: close/i);
  });

  it('ends a connection that goes on sending after its 413', async () => {
    const { server } = await serve(async () => new Response('ok'));
    const socket = connect(server.port, '127.0.0.1');
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk;
    });
    socket.on('error', () => {}); // reset while sending
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 ** 40}\r\n\r\n`);
    const chunk = Buffer.alloc(1_048_576);
    const send = () => void (socket.destroyed || socket.write(chunk, send));
    send();
    await closed;
    expect(seen).toMatch(/^HTTP\/1.1 413 /);
    expect(socket.bytesWritten).toBeLessThan(64 * 1_048_576);
  });

  it('tells of a body that fails, and not of a client that went away', async () => {
    const errors: unknown[] = [];
    const failure = new Error('the body broke');
    const server = createHttpServer({
      port: 0,
      host: '127.0.0.1',
      onError: (error) => errors.push(error),
      answer: async (request, requestSignal) => {
        if (request.url.endsWith('/gone'))
          await new Promise((resolve) => requestSignal.addEventListener('abort', resolve));
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('begin')),
          pull: (controller) => controller.error(failure),
        });
        return new Response(body);
      },
    });
    servers.push(server);
    await server.start(signal);
    const url = `http://127.0.0.1:${server.port}`;
    const away = new AbortController();
    const gone = fetch(`${url}/gone`, { signal: away.signal });
    await expect.poll(() => server.inFlight).toBe(1);
    away.abort();
    await expect(gone).rejects.toThrow();
    await expect.poll(() => server.inFlight).toBe(0);
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    expect(errors).toEqual([failure]);
  });

  it('aborts what is in flight when the time for draining is over, and says how much', async () => {
    let aborted = false;
    const { server, url } = await serve((_, requestSignal) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      requestSignal.addEventListener('abort', () => {
        aborted = true;
        reject(requestSignal.reason);
      });
      return promise;
    });
    const hanging = fetch(`${url}/slow?token=t-1`).catch(() => 'broken');
    await expect.poll(() => server.inFlight).toBe(1);
    await expect(server.drain(AbortSignal.abort())).rejects.toThrow(/^1 request still in flight: GET \/slow$/);
    expect(aborted).toBe(true);
    expect(await hanging).toBe('broken');
  });

  it('waits for the handler of a client that hung up, and names it when the time for draining is over', async () => {
    const entered = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const done = Promise.withResolvers<Response>();
    const { server, url } = await serve((_, requestSignal) => {
      requestSignal.addEventListener('abort', () => gone.resolve());
      entered.resolve();
      return done.promise;
    });
    const hangUp = new AbortController();
    const asking = fetch(`${url}/ignores`, { signal: hangUp.signal }).catch(() => undefined);
    await entered.promise;
    hangUp.abort();
    await Promise.all([asking, gone.promise]);
    expect(server.inFlight).toBe(1);
    await expect(server.drain(AbortSignal.abort())).rejects.toThrow('1 request still in flight: GET /ignores');
    const drained = server.drain(signal);
    done.resolve(new Response('nobody reads it'));
    await drained;
    expect(server.inFlight).toBe(0);
  });

  it('gives the handler of a client that hung up what is left of its time, and no more', async () => {
    const clock = createTestClock();
    const entered = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const outcomes: unknown[] = [];
    const server = createHttpServer({
      port: 0,
      host: '127.0.0.1',
      clock,
      answerMs: 5_000,
      answer: (request, requestSignal, deadline) => {
        const onOutcome = ({ status }: { status: number }) => void outcomes.push(status);
        const never = () => {
          requestSignal.addEventListener('abort', () => gone.resolve());
          entered.resolve();
          return new Promise<Response>(() => {});
        };
        return serveRequest(never, request, { component: 'api', clock, signal: requestSignal, deadline, onOutcome });
      },
    });
    servers.push(server);
    await server.start(signal);
    const hangUp = new AbortController();
    const asking = fetch(`http://127.0.0.1:${server.port}`, { signal: hangUp.signal }).catch(() => undefined);
    await entered.promise;
    hangUp.abort();
    await Promise.all([asking, gone.promise]);
    await clock.advance(4_999);
    expect([outcomes, server.inFlight]).toEqual([[], 1]);
    await clock.advance(1);
    await server.drain(signal);
    expect([outcomes, clock.sleepers]).toEqual([[499], 0]);
  });

  it('says what to do about a port that is taken', async () => {
    const { server } = await serve(scoped(() => new Response('ok')));
    const second = createHttpServer({ port: server.port, host: '127.0.0.1', answer: async () => new Response() });
    await expect(second.start(signal)).rejects.toThrow(/set PORT to a free one/);
  });
});

function fakeProcess() {
  const exits: number[] = [];
  return Object.assign(new EventEmitter(), { exits, exit: (code: number) => void exits.push(code) });
}

describe('runService', () => {
  it('drains on the first signal and exits 0', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const reports: unknown[] = [];
    const running = runService({ lifecycle, process, onReport: (report) => reports.push(report) });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    expect(await running).toBe(0);
    expect(process.exits).toEqual([0]);
    expect(reports).toMatchObject([{ reason: 'SIGTERM' }]);
    expect(process.eventNames()).toEqual([]);
  });

  it('is forced by the second signal and exits 1', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle({ clock: createTestClock() });
    lifecycle.register({ name: 'stuck', drain: () => new Promise(() => undefined) });
    const running = runService({ lifecycle, process });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    await expect.poll(() => lifecycle.phase).toBe('draining');
    process.emit('SIGTERM');
    expect(await running).toBe(1);
  });

  it('gives up a start that a signal interrupts and still cleans up', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    let stopped = false;
    lifecycle.register({
      name: 'slow',
      start: (startSignal) =>
        new Promise((_, reject) => startSignal.addEventListener('abort', () => reject(startSignal.reason))),
      stop: () => {
        stopped = true;
      },
    });
    const running = runService({ lifecycle, process });
    process.emit('SIGINT');
    expect(await running).toBe(0);
    expect(stopped).toBe(true);
  });

  it('stops at once for a signal that came before it was called', async () => {
    const process = fakeProcess();
    const held = holdSignals(process);
    process.emit('SIGTERM');
    const lifecycle = createLifecycle();
    let startedUp = false;
    lifecycle.register({
      name: 'pool',
      start: () => {
        startedUp = true;
      },
    });
    const reports: unknown[] = [];
    expect(await runService({ lifecycle, process, held, onReport: (report) => reports.push(report) })).toBe(0);
    expect(reports).toMatchObject([{ reason: 'SIGTERM' }]);
    expect(startedUp).toBe(false);
    expect(process.eventNames()).toEqual([]);
  });

  it('starts nothing more once an uncaught exception has come', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    let started = false;
    lifecycle.register({ name: 'slow', start: () => opened, stop: () => open() });
    lifecycle.register({
      name: 'intake',
      start: () => {
        started = true;
      },
    });
    const running = runService({ lifecycle, process });
    process.emit('unhandledRejection', new Error('boom'));
    expect(await running).toBe(1);
    expect(started).toBe(false);
  });

  it('ends although its report cannot be written', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const fatal: string[] = [];
    const running = runService({
      lifecycle,
      process,
      onReport: () => {
        throw new Error('disk full');
      },
      onFatal: (_error, origin) => fatal.push(origin),
    });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    expect(await running).toBe(1);
    expect(fatal).toEqual(['stop']);
  });

  it('drains and exits 1 on an uncaught exception, reporting it', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const fatal: string[] = [];
    const running = runService({
      lifecycle,
      process,
      onFatal: (error, origin) => fatal.push(`${origin}: ${(error as Error).message}`),
    });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('uncaughtException', new Error('boom'));
    expect(await running).toBe(1);
    expect(fatal).toEqual(['uncaughtException: boom'.replace('uncaughtException', 'uncaught exception')]);
  });

  it('reports what stays open after everything has stopped', async () => {
    const active = () => ['PipeWrap', 'SignalWrap', 'TCPSocketWrap', 'Timeout', 'Timeout'];
    const process = Object.assign(fakeProcess(), { getActiveResourcesInfo: active });
    const lifecycle = createLifecycle();
    const reports: unknown[] = [];
    const running = runService({ lifecycle, process, onReport: (report) => reports.push(report) });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    await running;
    expect(reports).toMatchObject([{ openHandles: { TCPSocketWrap: 1, Timeout: 2 } }]);
  });

  it('exits with the code that the failed start asks for', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    lifecycle.register({ name: 'config', start: () => Promise.reject(new Error('invalid')) });
    expect(await runService({ lifecycle, process, exitCode: () => 78 })).toBe(78);
  });
});

describe('serviceProfile', () => {
  it('takes the stop budget that the infrastructure injects, less a reserve', async () => {
    const env = { ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1/v4/x', TWELVEFOLD_STOP_TIMEOUT_MS: '60000' };
    expect(await serviceProfile(env, false)).toMatchObject({
      host: 'ecs',
      budgetMs: 59_000,
      logFormat: 'json',
      facts: {},
    });
    expect(await serviceProfile({ ...env, TWELVEFOLD_STOP_TIMEOUT_MS: '30s' }, false)).toMatchObject({
      budgetMs: 29_000,
      warnings: [expect.stringContaining('TWELVEFOLD_STOP_TIMEOUT_MS is "30s"')],
    });
  });

  it('is readable on a terminal and JSON in a pipe on a laptop', async () => {
    expect((await serviceProfile({}, true)).logFormat).toBe('pretty');
    expect((await serviceProfile({}, false)).logFormat).toBe('json');
  });
});
