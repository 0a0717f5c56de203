import { connect } from 'node:net';
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
  return server;
}

/** Everything that the server sends until it closes. */
function send(server: HttpServer, text: string): Promise<string> {
  return new Promise((resolve) => {
    let seen = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      seen += chunk;
    });
    socket.on('error', () => {}); // reset by the server
    socket.on('close', () => resolve(seen));
  });
}
const get = (target: string, ...headers: string[]) =>
  `${[`GET ${target} HTTP/1.1`, ...headers, 'connection: close'].join('\r\n')}\r\n\r\n`;
const echo = (request: Request) => new Response(request.url);
const body = (answer: string) => answer.split('\r\n\r\n')[1];

describe('the target', () => {
  it('of absolute form wins over the Host header', async () => {
    const server = await serve(echo);
    expect(body(await send(server, get('http://shop.example:81/a?b=c', 'host: other.example')))).toBe(
      'http://shop.example:81/a?b=c',
    );
  });

  it('* of OPTIONS has an empty path, and is malformed for other methods', async () => {
    const server = await serve(echo);
    const options = 'OPTIONS * HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n';
    expect(body(await send(server, options))).toBe('http://shop.example/');
    expect(await send(server, get('*', 'host: x'))).toMatch(/^HTTP\/1.1 400 /);
  });

  it.each([
    ['https, http', 'https'],
    ['HTTPS', 'https'],
    ['https,http', 'https'],
    ['http', 'http'],
    ['ftp', 'http'],
  ])('has the scheme of X-Forwarded-Proto: %s', async (header, scheme) => {
    const server = await serve(echo);
    expect(body(await send(server, get('/', 'host: x.example', `x-forwarded-proto: ${header}`)))).toBe(
      `${scheme}://x.example/`,
    );
  });

  it('with two Host lines is refused, with a correlation id', async () => {
    const server = await serve(echo);
    const answer = await send(server, get('/', 'host: a.example', 'host: b.example', 'x-correlation-id: c-1'));
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('x-correlation-id: c-1');
    expect(JSON.parse(body(answer) ?? '')).toMatchObject({ correlationId: 'c-1' });
  });

  it('loses a base path', async () => {
    const server = await serve(echo, { basePath: '/shop' });
    expect(body(await send(server, get('/shop/orders?a=1', 'host: x')))).toBe('http://x/orders?a=1');
    expect(body(await send(server, get('/shopping', 'host: x')))).toBe('http://x/shopping');
  });
});

describe('the framing of an answer', () => {
  it('does not let a wrong length merge two answers', async () => {
    const server = await serve(() => new Response('abc', { headers: { 'content-length': '10' } }));
    const answer = await send(server, `GET / HTTP/1.1\r\nhost: x\r\n\r\n${get('/', 'host: x')}`);
    expect(answer.match(/content-length: 3\r\n/g)).toHaveLength(2);
  });

  it.each([
    ['fewer', '5'],
    ['more', '2'],
  ])('ends the connection of a stream with %s bytes than its header says', async (_, length) => {
    const errors: unknown[] = [];
    const stream = () =>
      new ReadableStream({
        start: async (controller) => {
          controller.enqueue(new TextEncoder().encode('ab'));
          await new Promise(setImmediate);
          controller.enqueue(new TextEncoder().encode('c'));
          controller.close();
        },
      });
    const server = await serve(() => new Response(stream(), { headers: { 'content-length': length } }), {
      onError: (error) => errors.push(error),
    });
    const answer = await send(server, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    expect((body(answer) ?? '').length).toBeLessThanOrEqual(3);
    expect(String(errors[0])).toContain(`its content-length is ${length}`);
  });

  it('drops an encoding that the bytes do not have, and warns', async () => {
    const warnings: string[] = [];
    const stream = () =>
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode('plain'));
          controller.close();
        },
      });
    const server = await serve(() => new Response(stream(), { headers: { 'content-encoding': 'gzip' } }), {
      onWarning: (message) => warnings.push(message),
    });
    const answer = await send(server, get('/', 'host: x'));
    expect(answer).not.toMatch(/content-encoding/i);
    expect(body(answer)).toBe('plain');
    expect(warnings).toEqual([expect.stringContaining("Dropped 'content-encoding: gzip' of GET /")]);
  });

  it('gives HEAD the length of the text and no body, and 204 no length', async () => {
    const server = await serve((request) =>
      request.url.endsWith('/none')
        ? new Response(null, { status: 204 })
        : new Response('abc', { headers: { 'content-length': '3' } }),
    );
    const head = await send(server, 'HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(head).toMatch(/content-length: 3\r\n/i);
    expect(body(head)).toBe('');
    expect(await send(server, get('/none', 'host: x'))).not.toMatch(/content-length|transfer-encoding/i);
  });
});

describe('a request', () => {
  it('that asks to go on gets its 100, and a 413 without it when it is too large', async () => {
    const server = await serve(async (request) => new Response(await request.text()));
    const post = (length: number, sent: string) =>
      `POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${sent}`;
    expect(await send(server, post(2, 'ok'))).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
    expect(await send(server, post(2_000_000, ''))).toMatch(/^HTTP\/1.1 413 /);
    const other = 'POST / HTTP/1.1\r\nhost: x\r\nexpect: magic\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
    expect(await send(server, other)).toMatch(/^HTTP\/1.1 417 /);
  });

  it('that is malformed behind a streaming answer is not answered inside it', async () => {
    const more = Promise.withResolvers<void>();
    const server = await serve(
      () =>
        new Response(
          new ReadableStream({
            start: async (controller) => {
              controller.enqueue(new TextEncoder().encode('begin'));
              await more.promise;
              controller.enqueue(new TextEncoder().encode('end'));
              controller.close();
            },
          }),
        ),
    );
    const answered = send(server, 'GET / HTTP/1.1\r\nhost: x\r\n\r\nthis is not HTTP\r\n\r\n');
    await expect.poll(() => server.inFlight).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    more.resolve();
    const answer = await answered;
    const [, chunked = ''] = answer.split('\r\n\r\n');
    expect(chunked).toBe('5\r\nbegin\r\n3\r\nend\r\n0');
    expect(answer.match(/HTTP\/1.1 /g)?.length).toBeLessThanOrEqual(2);
  });

  it('has the address of its connection, or the one that so many proxies appended', async () => {
    const facts: HttpServerOptions['handler'] = (_request, _scope, context) => Response.json(context.sourceAddress);
    const forwarded = 'x-forwarded-for: 1.1.1.1, 2.2.2.2';
    expect(body(await send(await serve(facts), get('/', 'host: x', forwarded)))).toBe('"127.0.0.1"');
    expect(body(await send(await serve(facts, { proxies: 1 }), get('/', 'host: x', forwarded)))).toBe('"2.2.2.2"');
  });
});

describe('a refusal', () => {
  const CORRELATED = /x-correlation-id: [\w-]{36}\r\n/i;

  it.each([
    [400, 'GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\nconnection: close\r\n\r\n'],
    [400, 'this is not HTTP\r\n\r\n'],
    [408, 'GET / HTTP/1.1\r\nhost:'],
    [408, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf'],
    [413, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\nconnection: close\r\n\r\n'],
    [431, `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(17_000)}\r\n\r\n`],
  ])('with %i carries a correlation id, which is reported: %#', async (status, text) => {
    const refusals: string[] = [];
    const server = await serve(echo, {
      limits: { headMs: 100, requestMs: 100 },
      onRefusal: (refusal) => refusals.push(`${refusal.status} ${refusal.correlationId}`),
    });
    const answer = await send(server, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(CORRELATED);
    const [, id] = /x-correlation-id: ([\w-]+)/i.exec(answer) ?? [];
    expect(refusals).toEqual([`${status} ${id}`]);
    expect(JSON.parse(body(answer) ?? '')).toMatchObject({ status, correlationId: id });
  });
});

describe('connections', () => {
  it('above the limit are refused while idle ones are closed, so that the next client is served', async () => {
    const server = await serve(echo, { limits: { connections: 2 } });
    const idle = await Promise.all(
      [1, 2].map(async () => {
        const socket = connect(server.port, '127.0.0.1');
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.write('GET /idle HTTP/1.1\r\nhost: x\r\n\r\n');
        await new Promise((resolve) => socket.once('data', resolve));
        return { closed };
      }),
    );
    expect(await send(server, get('/', 'host: x'))).toBe('');
    await Promise.all(idle.map(({ closed }) => closed));
    expect(body(await send(server, get('/next', 'host: x')))).toBe('http://x/next');
  });
});
