import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Deadline } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { limitTime, NO_DEADLINE } from '@twelvefold/core/internal';
import { clientGone } from '../../http/client-gone.ts';
import { HEADER_LIMIT_BYTES } from '../../http/header-limit.ts';
import { malformedRequest } from '../../http/malformed-request.ts';
import { problem } from '../../http/problem.ts';
import { BODY_LIMIT_BYTES } from '../../http/serve-request.ts';
import type { Resource } from '../../resource.ts';
import { readRequest } from './read-request.ts';
import { refuseUnread } from './refuse-unread.ts';
import { writeResponse } from './write-response.ts';

export interface HttpServerOptions {
  /** 0 picks a free port. */
  port: number;
  /** @defaultValue '0.0.0.0': a load balancer must reach it */
  host?: string;
  /** Answers one request; `signal` aborts when the client goes away, its time is over or the drain is forced. */
  answer(request: Request, signal: AbortSignal, deadline: Deadline): Promise<Response>;
  /** Milliseconds that a handler has for its answer. @defaultValue 30000: an HTTP API waits no longer for a function */
  answerMs?: number;
  /**
   * Milliseconds to go on accepting connections after the drain began: a load balancer may learn of it after the process
   * does. @defaultValue 0
   */
  lingerMs?: number;
  /** Told of an answer that broke off although its client was still there: its body failed, or `answer` rejected. */
  onError?: (error: unknown) => void;
  clock?: Clock;
}

export interface HttpServer extends Required<Pick<Resource, 'name' | 'start' | 'quiesce' | 'drain' | 'stop'>> {
  /** The port in use, once started. */
  readonly port: number;
  /** Requests being answered now, those included whose client has hung up while their handler goes on. */
  readonly inFlight: number;
}

/**
 * An ALB keeps idle connections for 60 s by default and reuses them: the server must close later than it, or requests
 * are lost in between; and Node wants headersTimeout above keepAliveTimeout and
 * requestTimeout above both.
 */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 66_000;
const REQUEST_MS = 70_000;

/** How much of a refused body is read on: clients rarely look at an answer before they have sent everything. */
const DISCARD_BYTES = 16 * BODY_LIMIT_BYTES;

/** An HTTP server with a drain: it goes on answering (health included) until nothing is in flight. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { answer, answerMs = 30_000, host = '0.0.0.0', lingerMs = 0, onError, clock = systemClock } = options;
  const force = new AbortController();
  const waiting = new Set<() => void>();
  const inFlight = new Set<IncomingMessage>();
  let draining = false;
  let drained = false;
  let port = options.port;

  const server: Server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    maxHeaderSize: HEADER_LIMIT_BYTES,
    requireHostHeader: false, // Node's own 400 has no body; a request without a host is refused with all the others
  });
  // What Node could not parse never becomes a request, and would be answered without a word.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => void refuseUnread(error, socket));

  server.on('request', async (incoming, outgoing) => {
    inFlight.add(incoming);
    const gone = new AbortController();
    const closed = new Promise<void>((resolve) => {
      outgoing.once('close', () => {
        if (!outgoing.writableFinished) gone.abort(clientGone());
        resolve();
      });
    });
    try {
      const response = await answerOne(incoming, gone.signal);
      if (gone.signal.aborted) await response.body?.cancel();
      else {
        if (draining) outgoing.setHeader('connection', 'close');
        await writeResponse(outgoing, response, incoming.headers['accept-encoding']);
      }
    } catch (error) {
      // A broken connection is the client's own doing; a failing body is not, and its answer cannot be finished.
      if (!isBrokenConnection(error)) onError?.(error);
      outgoing.destroy();
    }
    // Both: a client that hung up leaves a handler behind, whose resources must not be closed under it.
    await closed;
    inFlight.delete(incoming);
    if (inFlight.size === 0) for (const wake of waiting) wake();
  });

  const answerOne = async (incoming: IncomingMessage, gone: AbortSignal): Promise<Response> => {
    const read = await readRequest(incoming, BODY_LIMIT_BYTES);
    if (read === 'too large') {
      discard(incoming);
      return problem({
        status: 413,
        title: 'Content Too Large',
        detail: `The body is above ${BODY_LIMIT_BYTES} bytes`,
      });
    }
    if (read === 'malformed') return malformedRequest();
    const limit = limitTime(answerMs, AbortSignal.any([gone, force.signal]), NO_DEADLINE, clock);
    try {
      return await answer(read, limit.signal, limit.deadline);
    } finally {
      limit.over();
    }
  };

  const idle = (signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (inFlight.size === 0 || signal.aborted) resolve();
    waiting.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    return promise.finally(() => waiting.delete(resolve));
  };

  return {
    name: 'http server',
    get port() {
      return port;
    },
    get inFlight() {
      return inFlight.size;
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          const reason =
            error.code === 'EADDRINUSE' ? 'another process is listening on it; set PORT to a free one' : error.message;
          reject(new Error(`Cannot listen on port ${options.port}: ${reason}`, { cause: error }));
        });
        server.listen(options.port, host, () => {
          port = (server.address() as AddressInfo).port; // a TCP server's address is never a string
          resolve();
        });
      }),
    // Idle connections stay: whoever is about to use one has not heard of the drain yet, and is told by its answer.
    quiesce: () => {
      draining = true;
    },
    drain: async (signal) => {
      if (lingerMs > 0) await clock.sleep(lingerMs, signal).catch(() => undefined);
      await idle(signal);
      if (inFlight.size > 0) {
        const left = stillInFlight([...inFlight]);
        force.abort(signal.reason);
        throw new Error(left);
      }
      drained = true;
    },
    stop: async (signal) => {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // What came after the drain, while others were still draining, is answered too.
      if (drained) await idle(signal);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** How many of them a message names. */
const NAMED = 3;

function stillInFlight(requests: readonly IncomingMessage[]): string {
  const names = requests.slice(0, NAMED).map(({ method, url = '' }) => `${method} ${url.replace(/\?.*$/s, '')}`);
  const others = requests.length - names.length;
  const all = `${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
  return `${requests.length} request${requests.length === 1 ? '' : 's'} still in flight: ${all}`;
}

/**
 * Throws away what still comes of a body that was refused, so that the client gets to read its answer, and ends the
 * connection when that is too much as well.
 */
function discard(incoming: IncomingMessage): void {
  let left = DISCARD_BYTES;
  incoming.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) incoming.destroy();
  });
  incoming.on('error', () => {}); // the client went away first
}

const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

function isBrokenConnection(error: unknown): boolean {
  return BROKEN_CONNECTION.has(String((error as NodeJS.ErrnoException | undefined)?.code)); // only looked at
}
