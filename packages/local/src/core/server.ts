import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, HttpRequest } from './http.ts';

/**
 * The whole body; undefined when it is larger than `limit` bytes. Reads to the end even then,
 * keeping no more than that: an answer to a half-read request costs the client its connection (seen
 * as ECONNRESET on the next call).
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  // Not `for await`: the iterator of a stream is a millisecond of a cold start.
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.once('end', () => resolve(size > limit ? undefined : Buffer.concat(chunks)));
  request.once('error', reject);
  request.once('close', () => reject(new Error('Cannot read the request: the client hung up before its end')));
  return promise;
}

/** Answers a request; undefined breaks the connection. Must not reject. */
type Handler = (request: HttpRequest, from: { origin: string; signal: AbortSignal }) => Promise<Answer | undefined>;

interface RunningServer {
  readonly port: number;
  /**
   * Stops listening, lets every request under way end (its signal aborted), then closes every
   * socket.
   */
  close(): Promise<void>;
  /** Aborts what is under way, e.g. long polls. */
  abortAll(): void;
}

// The largest request of the services here is a DynamoDB BatchWriteItem of 16 MB; only an object of
// S3, which is PUT, may be larger.
const MAX_BODY_BYTES = 16 * 1024 * 1024 + 64 * 1024;
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

const tooLarge = (limit: number): Answer => ({
  status: 413,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({
    __type: 'RequestEntityTooLargeException',
    message: `Request size exceeded ${limit} bytes`,
  }),
});

const BAD_REQUEST: Answer = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: 'MalformedHttpRequestException', message: 'The request target is not a URL' }),
};

// A body of a few bytes has as many pieces.
const PIECES = 10;

async function send(response: ServerResponse, answer: Answer, date: string): Promise<void> {
  if (response.destroyed) return;
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const { status, headers, sending } = answer;
  // RFC 9110: neither has content; HEAD answers say the length of what GET would send.
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length };
  response.writeHead(status, { date, ...length, ...headers });
  if (sending === undefined) {
    response.end(body);
  } else if (sending.kind === 'half') {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  } else {
    const size = Math.max(1, Math.ceil(body.length / PIECES));
    response.flushHeaders();
    for (let at = 0; at < body.length && !response.destroyed; at += size) {
      await sending.wait(size / body.length);
      response.write(body.subarray(at, at + size));
    }
    response.end();
  }
}

async function readRequest(request: IncomingMessage, origin: string): Promise<HttpRequest | Answer> {
  const url = URL.parse(request.url ?? '/', origin);
  if (url === null) return BAD_REQUEST;
  const limit = request.method === 'PUT' ? MAX_OBJECT_BYTES : MAX_BODY_BYTES;
  const body = await readBody(request, limit);
  if (body === undefined) return tooLarge(limit);
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    search: url.searchParams,
    headers: request.headers,
    body,
  };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken; choose another, or 0 for a free one',
  EACCES: 'the system keeps this port for itself; choose one above 1023',
  EADDRNOTAVAIL: 'this machine does not have this address',
  ENOTFOUND: 'this host has no address',
};

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const reason = REASONS[cause.code ?? ''] ?? cause.message;
  return Object.assign(new Error(`Cannot listen on port ${port} of ${host}: ${reason}`, { cause }), {
    code: cause.code,
  });
}

interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** The endpoint's time, for the `Date` header: SDKs measure the skew of their clocks by it. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

const describe = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** The answer to a request on which this endpoint's own code failed. */
const internalFailure = (error: unknown): Answer => ({
  status: 500,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: 'InternalFailure', message: `The local endpoint failed: ${describe(error)}` }),
});

/** Listens on `host` and `port`. @throws Error when the port is taken. */
export async function startServer(options: ServerOptions, handler: Handler): Promise<RunningServer> {
  const { host, port, log, now } = options;
  const date = () => new Date(now()).toUTCString();
  const underWay = new Map<AbortController, Promise<void>>();
  const serve = async (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => {
    const origin = `http://${request.headers.host ?? `${host}:${request.socket.localPort}`}`;
    try {
      const read = await readRequest(request, origin);
      const answer = 'status' in read ? read : await handler(read, { origin, signal });
      if (answer === undefined) request.socket.resetAndDestroy();
      else await send(response, answer, date());
    } catch (error) {
      // A client that hung up gets no answer; anything else is a fault of this endpoint and must be
      // seen.
      if (!request.socket.destroyed && !response.headersSent && request.complete) {
        log(`twelvefold-local: cannot answer ${request.method} ${request.url}: ${describe(error)}`);
        await send(response, internalFailure(error), date());
      } else request.socket.destroy();
    }
  };
  const server: Server = createServer((request, response) => {
    const controller = new AbortController();
    response.once('close', () => controller.abort());
    const done = serve(request, response, controller.signal).finally(() => underWay.delete(controller));
    underWay.set(controller, done);
  });
  // Clients keep connections in pools; one closed by us while a request is on its way would look
  // like a fault.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(host, port, error)));
    server.listen(port, host, resolve);
  });
  // Accepting a connection can fail later, e.g. with EMFILE: the server goes on.
  server.on('error', (error) => log(`twelvefold-local: cannot accept a connection: ${error.message}`));
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
      // A client that never finishes sending must not hold us: what is still reading its body is
      // cut off.
      const settled = Promise.allSettled(underWay.values());
      setImmediate(() => server.closeAllConnections());
      await settled;
      await closed;
    },
  };
}
