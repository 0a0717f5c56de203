import type { RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
  readonly port: number;
  readonly server: Server;
  /** Takes no more connections, keeping those that work; resolves when the last is closed. */
  refuse(): Promise<void>;
  /** Closes the port and every connection, whatever is in flight. */
  close(): Promise<void>;
}

/** Listens on `host` (default 127.0.0.1); port 0 picks a free one. */
export async function listen(
  handler: RequestListener,
  options: {
    readonly port?: number | undefined;
    readonly host?: string | undefined;
    readonly server?: ServerOptions;
  } = {},
): Promise<Listening> {
  const server = createServer(options.server ?? {}, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // listens on TCP, so the address is not a pipe name
  let closed: Promise<void> | undefined;
  const refuse = () => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve()); // also closes connections that are idle
    });
    return closed;
  };
  return {
    port,
    server,
    refuse,
    close: async () => {
      const done = refuse();
      server.closeAllConnections();
      await done;
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A port of this machine that is free now. */
export async function freePort(): Promise<number> {
  const { port, close } = await listen(() => {});
  await close();
  return port;
}
