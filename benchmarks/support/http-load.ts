import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** How a load went. */
export interface Load {
  readonly requests: number;
  readonly wallMs: number;
  /**
   * Milliseconds from when each request was due to its answer's end, sorted; empty for a closed
   * loop.
   */
  readonly latencies: readonly number[];
}

interface Connection {
  readonly socket: Socket;
  /** Called with each answer's status, once its last byte is here. */
  onAnswer: (status: number) => void;
}

/** Kept-alive connections to one server, on bare sockets: one request at a time on each. */
export interface Connections {
  /** Sends `requests` of them, each connection its next as soon as its last is answered. */
  closedLoop(text: string, requests: number): Promise<Load>;
  /** Sends them evenly at `perSecond`, whether the server keeps up or not. */
  fixedRate(text: string, requests: number, perSecond: number): Promise<Load>;
  close(): void;
}

export async function openConnections(port: number, count: number): Promise<Connections> {
  const all = await Promise.all(Array.from({ length: count }, () => open(port)));
  let expected = 0;
  const check = (status: number) => {
    if (expected === 0) expected = status;
    if (status !== expected) throw new Error(`Cannot measure: answered ${status} after ${expected}`);
  };
  return {
    closedLoop(text, requests) {
      expected = 0;
      const begun = performance.now();
      const { promise, resolve } = Promise.withResolvers<Load>();
      let sent = 0;
      let answered = 0;
      for (const connection of all) {
        connection.onAnswer = (status) => {
          check(status);
          answered += 1;
          if (answered === requests) resolve({ requests, wallMs: performance.now() - begun, latencies: [] });
          if (sent < requests) {
            sent += 1;
            connection.socket.write(text);
          }
        };
        if (sent < requests) {
          sent += 1;
          connection.socket.write(text);
        }
      }
      return promise;
    },
    fixedRate(text, requests, perSecond) {
      expected = 0;
      const latencies: number[] = [];
      const begun = performance.now();
      const { promise, resolve } = Promise.withResolvers<Load>();
      const idle = [...all];
      const due: number[] = [];
      let scheduled = 0;
      const send = () => {
        while (due.length > 0 && idle.length > 0) {
          const dueAt = due.shift() ?? 0;
          const connection = idle.shift();
          if (!connection) return;
          connection.onAnswer = (status) => {
            check(status);
            latencies.push(performance.now() - dueAt);
            idle.push(connection);
            if (latencies.length === requests) {
              clearInterval(timer);
              latencies.sort((a, b) => a - b);
              resolve({ requests, wallMs: performance.now() - begun, latencies });
            } else send();
          };
          connection.socket.write(text);
        }
      };
      const timer = setInterval(() => {
        const until = Math.min(requests, Math.floor(((performance.now() - begun) * perSecond) / 1_000));
        for (; scheduled < until; scheduled += 1) due.push(begun + (scheduled * 1_000) / perSecond);
        send();
      }, 1);
      return promise;
    },
    close() {
      for (const { socket } of all) socket.destroy();
    },
  };
}

async function open(port: number): Promise<Connection> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  const connection: Connection = { socket, onAnswer: () => {} };
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const status = answered(text);
    if (status === undefined) return;
    text = '';
    connection.onAnswer(status);
  });
  return connection;
}

/** The status of an answer that is whole; one is under way at a time. */
function answered(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  const whole = length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= head + 4 + Number(length);
  return whole ? Number(text.slice(9, 12)) : undefined;
}
