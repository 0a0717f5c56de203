import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

/** The server's reaction to one request: writes raw bytes, ends, resets, or stays silent. */
export type Step = (socket: Socket, request: string) => void | Promise<void>;

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  /** Every request in order, with the number of the connection that it came on. */
  readonly requests: Array<{ readonly connection: number; readonly text: string }>;
  /** Sets the reactions to the next requests, in order; the last step is for all after it. */
  script(...steps: Step[]): void;
  /** Ends every connection as a server does with idle ones. */
  endAll(): void;
  connections(): number;
}

/** A TCP server that answers requests by a script, byte by byte where that matters. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  let steps: Step[] = [];
  let opened = 0;
  const sockets = new Set<Socket>();
  const requests: ScriptedServer['requests'] = [];
  const server = createServer((socket) => {
    opened += 1;
    const connection = opened;
    let text = '';
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // clients of these tests break off as they like
    socket.on('data', (chunk) => {
      text += chunk;
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/.exec(text)?.[1] ?? 0);
      if (head < 0 || text.length < head + 4 + length) return;
      const request = text;
      text = '';
      requests.push({ connection, text: request });
      const step = steps.length > 1 ? steps.shift() : steps[0];
      void step?.(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (...next) => {
      steps = next;
    },
    endAll: () => {
      for (const socket of sockets) socket.destroy(); // at once, where end() takes a turn of the event loop
    },
    connections: () => opened,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A whole response. */
export const respond =
  (status: number, body = '{}', headers: Record<string, string> = {}): Step =>
  (socket) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`);
  };
/** Raw bytes, then an orderly end. */
export const bytesThenEnd =
  (bytes: string): Step =>
  (socket) => {
    socket.end(bytes);
  };
/** Raw bytes, then a reset. */
export const bytesThenReset =
  (bytes: string): Step =>
  (socket) => {
    socket.write(bytes, () => socket.resetAndDestroy());
  };
export const silence: Step = () => {};
