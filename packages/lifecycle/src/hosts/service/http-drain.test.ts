import { connect } from 'node:net';
import { createTestClock } from '@twelvefold/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
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

describe('createHttpServer, stopping', () => {
  it('finishes what is in flight, answers with connection: close while draining, then closes', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { server, url } = await serve(async (request) => {
      if (request.url.endsWith('/slow')) await promise;
      return new Response('done');
    });
    const slow = fetch(`${url}/slow`);
    await expect.poll(() => server.inFlight).toBe(1);
    await server.quiesce(signal);
    const during = await fetch(`${url}/quick`);
    expect(during.headers.get('connection')).toBe('close');
    const drained = Promise.resolve(server.drain(signal));
    resolve();
    expect(await (await slow).text()).toBe('done');
    await drained;
    await server.stop(signal);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('answers what comes on an open connection after its own drain, while others drain, before it closes', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { server } = await serve(async () => {
      await promise;
      return new Response('late');
    });
    const socket = connect(server.port, '127.0.0.1');
    await new Promise<void>((connected) => socket.once('connect', connected));
    await server.quiesce(signal);
    await server.drain(signal);
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk;
    });
    const closed = new Promise((over) => socket.once('close', over));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => server.inFlight).toBe(1);
    const stopped = server.stop(signal);
    resolve();
    await closed;
    expect(seen).toContain('late');
    await stopped;
  });

  it('takes new connections until its linger is over, and no more after it', async () => {
    const clock = createTestClock();
    const { server, url } = await serve(() => new Response('ok'), { clock, lingerMs: 2_000 });
    await server.quiesce(signal);
    const drained = server.drain(signal);
    await clock.advance(1_999);
    const during = await fetch(url);
    expect([during.status, during.headers.get('connection')]).toEqual([200, 'close']);
    await clock.advance(1);
    await drained;
    await expect(fetch(url)).rejects.toThrow();
  });

  it("lets no answer's own header keep a connection while draining", async () => {
    const { server, url } = await serve(() => new Response('ok', { headers: { connection: 'keep-alive' } }));
    await server.quiesce(signal);
    expect((await fetch(url)).headers.get('connection')).toBe('close');
  });

  it.each([
    ['by its drain signal', true],
    ['by the host, when its handler does not heed the signal', false],
  ])('ends an event stream %s, as an end and not as a failure', async (_, heeds) => {
    const errors: unknown[] = [];
    const { server, url } = await serve(
      (_request, scope) => {
        const body = new ReadableStream({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode('data: 1\n\n'));
            if (heeds) scope.drainSignal.addEventListener('abort', () => controller.close());
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      },
      { onError: (error) => errors.push(error) },
    );
    const response = await fetch(url);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1\n\n');
    await server.quiesce(signal);
    const drained = server.drain(signal);
    expect((await reader?.read())?.done).toBe(true);
    await drained;
    expect(errors).toEqual([]);
  });

  it('ends event streams without an error', async () => {
    const errors: unknown[] = [];
    const events = () => new ReadableStream({ start: (one) => one.enqueue(new TextEncoder().encode('data: 1\n\n')) });
    const { server, url } = await serve(
      () => new Response(events(), { headers: { 'content-type': 'text/event-stream' } }),
      { onError: (error) => errors.push(error) },
    );
    const answer = await fetch(url);
    await server.quiesce(signal);
    await server.drain(signal);
    expect(await answer.text()).toBe('data: 1\n\n');
    expect([errors, server.inFlight]).toEqual([[], 0]);
  });

  it('does not wait for a request whose body has not arrived', async () => {
    const { server } = await serve(() => new Response('ok'));
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\nhalf');
    await new Promise((asked) => socket.once('data', asked));
    await server.quiesce(signal);
    await server.drain(signal);
    const closed = new Promise((over) => socket.once('close', over));
    socket.on('error', () => {}); // reset
    await server.stop(signal);
    await closed;
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
    const send = (error?: Error | null) => void (error || socket.destroyed || socket.write(chunk, send));
    send();
    await closed;
    expect(seen).toMatch(/^HTTP\/1.1 413 /);
    expect(socket.bytesWritten).toBeLessThan(64 * 1_048_576);
  });

  it('reports a body that fails, and not a client that went away', async () => {
    const errors: unknown[] = [];
    const failure = new Error('the body broke');
    const { server, url } = await serve(
      async (request, scope) => {
        if (request.url.endsWith('/gone'))
          await new Promise((resolve) => scope.signal.addEventListener('abort', resolve));
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('begin')),
          pull: (controller) => controller.error(failure),
        });
        return new Response(body);
      },
      { onError: (error) => errors.push(error) },
    );
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
    const { server, url } = await serve((_, scope) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      scope.signal.addEventListener('abort', () => {
        aborted = true;
        reject(scope.signal.reason);
      });
      return promise;
    });
    const hanging = fetch(`${url}/slow?token=t-1`).catch(() => 'broken');
    await expect.poll(() => server.inFlight).toBe(1);
    await expect(server.drain(AbortSignal.abort())).rejects.toThrow(/^1 request still in flight: GET \/slow$/);
    expect(aborted).toBe(true);
    expect(await hanging).toMatchObject({ status: 500 });
  });

  it('waits for the handler of a client that hung up, and names it when the time for draining is over', async () => {
    const entered = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const done = Promise.withResolvers<Response>();
    const { server, url } = await serve((_, scope) => {
      scope.signal.addEventListener('abort', () => gone.resolve());
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
    done.resolve(new Response('its client has gone'));
    await drained;
    expect(server.inFlight).toBe(0);
  });

  it('gives the handler of a client that hung up what is left of its time, and no more', async () => {
    const clock = createTestClock();
    const entered = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const outcomes: unknown[] = [];
    const { server, url } = await serve(
      (_request, scope) => {
        scope.signal.addEventListener('abort', () => gone.resolve());
        entered.resolve();
        return new Promise<Response>(() => {});
      },
      { clock, answerMs: 5_000, onOutcome: ({ status }) => outcomes.push(status) },
    );
    const hangUp = new AbortController();
    const asking = fetch(url, { signal: hangUp.signal }).catch(() => undefined);
    await entered.promise;
    hangUp.abort();
    await Promise.all([asking, gone.promise]);
    await clock.advance(4_999);
    expect([outcomes, server.inFlight]).toEqual([[], 1]);
    await clock.advance(1);
    await server.drain(signal);
    expect(outcomes).toEqual([499]);
  });

  it('says what to do about a port that is taken', async () => {
    const { server } = await serve(() => new Response('ok'));
    const handler = () => new Response();
    const second = createHttpServer({ component: 'api', port: server.port, host: '127.0.0.1', handler });
    await expect(second.start(signal)).rejects.toThrow(/set PORT to a free one/);
  });
});
