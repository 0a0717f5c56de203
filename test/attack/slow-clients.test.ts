import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

/** `npm run verify` attacks with more clients. */
const TIMES = process.env.TWELVEFOLD_VERIFY === '1' ? 5 : 1;
const MEBIBYTE = 1_048_576;
/** Both limits of a server by default. */
const LIMIT_BYTES = 64 * MEBIBYTE;
/** Buffers of the sockets, and of the answer that is being made. */
const SLACK_BYTES = 64 * MEBIBYTE;

const children: ChildProcess[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Attacked {
  readonly port: number;
  ask<T>(message: string): Promise<T>;
}

/** Short enough for a test; a busy server may find that a request took longer. */
const SHORT = { headMs: 1_000, requestMs: 2_000 };

async function startServer(limits: Partial<typeof SHORT> = {}): Promise<Attacked> {
  const child = fork(join(import.meta.dirname, 'fixtures/server.ts'), [JSON.stringify(limits)], {
    execArgv: ['--conditions=@twelvefold/source', '--expose-gc'],
  });
  children.push(child);
  const next = <T>() => new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T))); // the fixture's own
  const { port } = await next<{ port: number }>();
  return {
    port,
    ask: (message) => {
      const answer = next<never>();
      child.send(message);
      return answer;
    },
  };
}

function open(port: number, text: string | Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {}); // ended by the server
  return new Promise((resolve) => socket.once('connect', () => socket.write(text, () => resolve(socket))));
}

interface Held {
  readonly arrayBuffers: number;
  readonly largeAnswers: number;
}

const answers = async (port: number) =>
  (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' })).text();

describe('clients that', () => {
  it('do not read large answers are held to the limit, and others are served', async () => {
    const { port, ask } = await startServer();
    const clients = Array.from({ length: 10 * TIMES }, async () => {
      const socket = await open(port, 'GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
      socket.pause();
    });
    await Promise.all(clients);
    await expect
      .poll(async () => (await ask<Held>('usage')).largeAnswers, { timeout: 20_000 * TIMES })
      .toBe(10 * TIMES);
    await expect
      .poll(async () => (await ask<Held>('usage')).arrayBuffers, { timeout: 20_000 * TIMES })
      .toBeLessThan(LIMIT_BYTES + SLACK_BYTES);
    expect(await answers(port)).toBe('5');
  });

  it('send half a body are held to the limit, and others are served', async () => {
    const { port, ask } = await startServer();
    const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${MEBIBYTE}\r\n\r\n`;
    const half = Buffer.concat([Buffer.from(head), Buffer.alloc(MEBIBYTE - 1)]);
    for (let wave = 0; wave < 10; wave += 1) {
      await Promise.all(Array.from({ length: 20 * TIMES }, () => open(port, half)));
      const { arrayBuffers } = await ask<Held>('usage');
      expect(arrayBuffers).toBeLessThan(LIMIT_BYTES + SLACK_BYTES);
    }
    expect(await answers(port)).toBe('5');
  });

  it.each([
    ['trickle a head', 'GET / HTTP/1.1\r\n', (n: number) => `x-${n}: 1\r\n`],
    ['trickle a body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n', () => 'x'],
    ['say nothing', '', () => ''],
  ])('%s are ended within the time for a request', async (_, begin, more) => {
    const { port } = await startServer(SHORT);
    const begun = performance.now();
    const socket = await open(port, begin);
    socket.resume();
    let sent = 0;
    const timer = setInterval(() => {
      sent += 1;
      if (more(sent) !== '') socket.write(more(sent));
    }, 50);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(timer);
    // 2 s for the request, 1 s between two looks, and a busy machine.
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  it('lie about their length or their encoding harm no other request', async () => {
    const { port } = await startServer();
    const lies = [
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
      'GET / HTTP/1.1\r\nhost : x\r\n\r\n',
    ];
    for (const lie of lies) {
      const socket = await open(port, lie);
      let seen = '';
      socket.on('data', (chunk) => {
        seen += chunk;
      });
      await new Promise((resolve) => socket.once('close', resolve));
      expect(seen).toMatch(/^HTTP\/1.1 400 /);
      expect(seen).toMatch(/x-correlation-id: [0-9a-f-]{36}/);
    }
    expect(await answers(port)).toBe('5');
  });

  it('are slow, silent and half done together do not decide how long a stop takes', async () => {
    const { port, ask } = await startServer();
    for (let n = 0; n < 5 * TIMES; n += 1) {
      (await open(port, 'GET /large HTTP/1.1\r\nhost: x\r\n\r\n')).pause();
      await open(port, '');
      await open(port, 'GET / HTTP/1.1\r\nhost:');
      await open(port, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    }
    await expect.poll(async () => (await ask<{ inFlight: number }>('usage')).inFlight).toBeGreaterThan(0);
    const { stoppedMs } = await ask<{ stoppedMs: number }>('stop');
    // 1 s without progress ends a reader; the rest is a busy machine.
    expect(stoppedMs).toBeLessThan(10_000);
  });
});
