import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './answer.ts';
import type { HttpRequest } from './call.ts';
import { readBody } from './read-body.ts';

/** Answers a request; undefined breaks the connection. Must not reject. */
export type Handler = (
  request: HttpRequest,
  from: { origin: string; signal: AbortSignal },
) => Promise<Answer | undefined>;

export interface RunningServer {
  readonly port: number;
  /** Stops listening, lets every request under way end (its signal aborted), then closes every socket. */
  close(): Promise<void>;
  /** Aborts what is under way, e.g. long polls. */
  abortAll(): void;
}

// The largest request of any service here: a DynamoDB BatchWriteItem of 16 MB.
const MAX_BODY_BYTES = 16 * 1024 * 1024 + 64 * 1024;

const TOO_LARGE: Answer = {
  status: 413,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({
    __type: 'RequestEntityTooLargeException',
    message: `Request size exceeded ${MAX_BODY_BYTES} bytes`,
  }),
};

const BAD_REQUEST: Answer = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: 'MalformedHttpRequestException', message: 'The request target is not a URL' }),
};

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

async function readRequest(request: IncomingMessage, origin: string): Promise<HttpRequest | Answer> {
  const url = URL.parse(request.url ?? '/', origin);
  if (url === null) return BAD_REQUEST;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) return TOO_LARGE;
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    search: url.searchParams,
    headers: request.headers,
    body,
  };
}

/** Listens on `host` and `port`. @throws Error when the port is taken. */
export async function startServer(host: string, port: number, handler: Handler): Promise<RunningServer> {
  const underWay = new Map<AbortController, Promise<void>>();
  const serve = async (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => {
    const origin = `http://${request.headers.host ?? `${host}:${request.socket.localPort}`}`;
    try {
      const read = await readRequest(request, origin);
      const answer = 'status' in read ? read : await handler(read, { origin, signal });
      if (answer === undefined) request.socket.resetAndDestroy();
      else send(response, answer);
    } catch {
      // The client hung up while it was sending: nobody is left to answer.
      request.socket.destroy();
    }
  };
  const server: Server = createServer((request, response) => {
    const controller = new AbortController();
    response.once('close', () => controller.abort());
    const done = serve(request, response, controller.signal).finally(() => underWay.delete(controller));
    underWay.set(controller, done);
  });
  // Clients keep connections in pools; one closed by us while a request is on its way would look like a fault.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const abortAll = () => {
    for (const controller of underWay.keys()) controller.abort();
  };
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens has one
    abortAll,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      abortAll();
      server.closeIdleConnections();
      // A client that never finishes sending must not hold us: what is still reading its body is cut off.
      const settled = Promise.allSettled(underWay.values());
      setImmediate(() => server.closeAllConnections());
      await settled;
      await closed;
    },
  };
}
