import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Server as NetServer } from 'node:net';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import { CORRELATION_HEADER, correlationIdFrom } from '../../correlation.ts';
import type { HttpService } from '../../http/http-service.ts';
import { headerOf } from '../../http/light/light-headers.ts';
import type { HttpLimits, Refusal } from '../../http/limits.ts';
import { BODY_LIMIT_BYTES, DEFAULT_LIMITS, HEADER_LIMIT_BYTES, refuse } from '../../http/limits.ts';
import { forwardedProto, requestUrl, splitTarget, withoutBase } from '../../http/request-target.ts';
import { serve } from '../../http/serve.ts';
import type { Resource } from '../../resource.ts';
import { Arrivals } from './arrivals.ts';
import { DueList } from './due-list.ts';
import { BodyReceiver, discard } from './receive-body.ts';
import { refuseUnread } from './refuse-unread.ts';
import { ResponseBatcher } from './response-batcher.ts';
import type { ServerCore } from './server-core.ts';
import { ServiceExchange, ServiceResponse } from './service-exchange.ts';

export interface HttpServerOptions extends Omit<HttpService, 'clock'> {
  /** 0 picks a free port. */
  port: number;
  /** @defaultValue '0.0.0.0': a load balancer must reach it */
  host?: string;
  /**
   * Milliseconds that a handler has for its answer, once the body is here. @defaultValue 30000: as
   * long as an HTTP API waits for a function
   */
  answerMs?: number;
  /**
   * Milliseconds to go on accepting connections after the drain began: a load balancer may learn of
   * it after the process does. @defaultValue 2000
   */
  lingerMs?: number;
  /** Taken away from the beginning of paths. @defaultValue none */
  basePath?: string;
  /**
   * Proxies in front of the service that append to `X-Forwarded-For`; decides the source address.
   * @defaultValue 0
   */
  proxies?: number;
  /** Limits of the memory and time that clients hold. @defaultValue see `HttpLimits` */
  limits?: Partial<HttpLimits>;
  /** Called with the error of an answer that broke off although its client was still there. */
  onError?: (error: unknown) => void;
  /** Called with what an app should mend, e.g. a header that does not fit its body. */
  onWarning?: (message: string) => void;
  clock?: Clock;
}

export interface HttpServer extends Required<Pick<Resource, 'name' | 'start' | 'quiesce' | 'drain' | 'stop'>> {
  /** The port in use, once started. */
  readonly port: number;
  /**
   * Requests that are being answered now, those included whose client has hung up while their
   * handler goes on.
   */
  readonly inFlight: number;
}

/**
 * A load balancer keeps idle connections for 60 s by default and reuses them: the server must close
 * later than it.
 */
const KEEP_ALIVE_MS = 65_000;
/**
 * How often Node looks for requests that are too slow. Its default of 30 s would add that to each
 * limit.
 */
const CHECK_MS = 5_000;
/** A client that has taken something within this time is not ended for the memory that it holds. */
const MOVING_MS = 1_000;

/** Addresses that only this machine can reach. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Methods that `Request` forbids (Fetch standard). */
const FORBIDDEN = new Set(['TRACE', 'CONNECT']);

/**
 * An HTTP server with a drain: from the first moment answers close their connections, new
 * connections are taken until the linger is over, and what is in flight is finished.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  return new NodeHttpServer(options);
}

class NodeHttpServer implements HttpServer, ServerCore {
  readonly name = 'http server';
  readonly service: HttpService;
  readonly answerMs: number;
  readonly proxies: number;
  readonly isLoopback: boolean;
  draining = false;
  readonly #options: HttpServerOptions;
  readonly #limits: HttpLimits;
  readonly #server: Server<typeof IncomingMessage, typeof ServiceResponse>;
  /** Handlers that run, or whose answer is on its way. */
  readonly #inFlight = new Arrivals<ServiceExchange>();
  readonly #deadlines: DueList<ServiceExchange>;
  /** Clients that do not take their answer, with the bytes held for them. */
  readonly #stalled: DueList<ServiceExchange>;
  #unsentBytes = 0;
  readonly #bodies: BodyReceiver;
  readonly #batcher: ResponseBatcher;
  readonly #waiting = new Set<() => void>();
  #isClosing = false;
  #undoCheck: (() => void) | undefined;
  #isDrained = false;
  #port: number;

  constructor(options: HttpServerOptions) {
    const { component, handler, health, onOutcome, onRefusal, clock = systemClock } = options;
    const { answerMs = 30_000, proxies = 0 } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.service = { component, handler, health, onOutcome, onRefusal, clock };
    this.answerMs = answerMs;
    this.proxies = proxies;
    this.isLoopback = LOOPBACK.has(options.host ?? '');
    this.#port = options.port;
    this.#deadlines = new DueList(answerMs, (exchange) => exchange.expire(), clock);
    this.#stalled = new DueList(this.#limits.stalledMs, (exchange) => exchange.destroy(), clock);
    this.#batcher = new ResponseBatcher(clock);
    this.#bodies = new BodyReceiver(this.#limits.receivingBytes);
    const server = createServer({
      ServerResponse: ServiceResponse,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: this.#limits.headMs,
      requestTimeout: this.#limits.requestMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, this.#limits.headMs),
      maxHeaderSize: HEADER_LIMIT_BYTES,
      noDelay: true,
      optimizeEmptyRequests: true, // a request without a body has no stream to end, which costs 3 us
      requireHostHeader: false, // Node's own 400 has no body; a request without a host is refused with all the others
    });
    this.#server = server;
    server.maxConnections = this.#limits.connections;
    server.on('drop', () => server.closeIdleConnections());
    server.on('request', (incoming, outgoing) => this.#accept(incoming, outgoing, false));
    // Who is asked to go on sends a body that may be refused by its length.
    server.on('checkContinue', (incoming, outgoing) => this.#accept(incoming, outgoing, true));
    server.on('checkExpectation', (incoming, outgoing) => this.#refuse(incoming, outgoing, 'unknown expectation'));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuseUnread(error, socket as Socket)); // a TCP server's
  }

  get port(): number {
    return this.#port;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  start(): Promise<void> {
    const { port, host = '0.0.0.0' } = this.#options;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const reason =
          error.code === 'EADDRINUSE' ? 'another process is listening on it; set PORT to a free one' : error.message;
        reject(new Error(`Cannot listen on port ${port}: ${reason}`, { cause: error }));
      });
      server.listen(port, host, () => {
        this.#port = (server.address() as AddressInfo).port; // a TCP server's address is never a string
        resolve();
      });
    });
  }

  /**
   * Idle connections stay: a client that is about to use one learns of the drain by the response.
   */
  quiesce(): void {
    this.draining = true;
    for (const exchange of this.#inFlight.items()) exchange.drain();
  }

  async drain(signal: AbortSignal): Promise<void> {
    const { lingerMs = 2_000 } = this.#options;
    if (lingerMs > 0) await this.service.clock.sleep(lingerMs, signal).catch(() => undefined);
    // Only the listener: the close of an HTTP server ends idle connections as well, on which a
    // request may be on its way.
    NetServer.prototype.close.call(this.#server);
    this.#batcher.send();
    for (const exchange of this.#inFlight.items()) exchange.endEventStream();
    this.#isClosing = true;
    this.#endStalled();
    await this.#idle(signal);
    if (this.#inFlight.size > 0) {
      const left = this.#inFlight.items();
      for (const exchange of left) exchange.abort(signal.reason);
      throw new Error(stillInFlight(left));
    }
    this.#isDrained = true;
  }

  async stop(signal: AbortSignal): Promise<void> {
    const server = this.#server;
    const closed = new Promise<void>((resolve) => {
      if (server.listening) server.close(() => resolve());
      else resolve();
    });
    // What came on open connections after the drain, while others were still draining, is answered
    // too.
    if (this.#isDrained) await this.#idle(signal);
    server.closeAllConnections();
    this.#deadlines.stop();
    this.#stalled.stop();
    this.#undoCheck?.();
    await closed;
  }

  answered(exchange: ServiceExchange): void {
    if (exchange.due !== undefined) this.#deadlines.delete(exchange.due);
    this.#batcher.add(exchange);
  }

  over(exchange: ServiceExchange): void {
    this.flows(exchange);
    if (exchange.place !== undefined) this.#inFlight.delete(exchange.place);
    if (this.#inFlight.size === 0) for (const wake of this.#waiting) wake();
  }

  stalls(exchange: ServiceExchange, bytes: number): void {
    this.flows(exchange);
    this.#unsentBytes += bytes;
    exchange.stalled = { bytes, since: this.#stalled.add(exchange) };
    this.#endStalled();
  }

  flows(exchange: ServiceExchange): void {
    const { stalled } = exchange;
    if (stalled === undefined) return;
    exchange.stalled = undefined;
    this.#unsentBytes -= stalled.bytes;
    this.#stalled.delete(stalled.since);
  }

  warn(message: string): void {
    this.#options.onWarning?.(message);
  }

  fail(error: unknown): void {
    this.#options.onError?.(error);
  }

  /**
   * Ends the connections that have stood still for longest while they hold too much; all that stand
   * still once the service stops: a client that does not read must not decide how long that takes.
   */
  #endStalled(): void {
    while (this.#isClosing ? this.#unsentBytes > 0 : this.#unsentBytes > this.#limits.unsentBytes) {
      const oldest = this.#stalled.oldest(MOVING_MS);
      if (oldest === undefined) {
        this.#undoCheck ??= after(this.service.clock, MOVING_MS, () => {
          this.#undoCheck = undefined;
          this.#endStalled();
        });
        return;
      }
      this.flows(oldest);
      oldest.destroy();
    }
  }

  #accept(incoming: IncomingMessage, outgoing: ServiceResponse, asksToContinue: boolean): void {
    const url = urlOf(incoming, this.#options.basePath);
    if (url === undefined || FORBIDDEN.has(incoming.method ?? '')) {
      this.#refuse(incoming, outgoing, 'malformed');
      return;
    }
    const { headers } = incoming;
    const length = headers['content-length'];
    if (length === undefined && headers['transfer-encoding'] === undefined) {
      this.#serve(new ServiceExchange(this, incoming, outgoing, url));
      return;
    }
    if (Number(length ?? 0) > BODY_LIMIT_BYTES) {
      this.#refuse(incoming, outgoing, 'body too large');
      return;
    }
    if (asksToContinue) outgoing.writeContinue();
    this.#bodies.receive(incoming, {
      onBody: (body) => {
        const exchange = new ServiceExchange(this, incoming, outgoing, url);
        if (exchange.method !== 'GET' && exchange.method !== 'HEAD') exchange.body = body;
        this.#serve(exchange);
      },
      onTooLarge: () => this.#refuse(incoming, outgoing, 'body too large', true),
      onAbandoned: () => {
        this.#refuse(incoming, outgoing, 'too slow', true);
        outgoing.once('close', () => incoming.destroy());
      },
    });
  }

  #serve(exchange: ServiceExchange): void {
    exchange.place = this.#inFlight.add(exchange);
    if (this.draining) exchange.drain();
    serve(exchange);
    // Only what is still to be answered has a deadline, whose time is that of its start.
    if (!exchange.settled) exchange.due = this.#deadlines.add(exchange, exchange.startedMs);
  }

  /** Answers a request that is not one for the app. */
  #refuse(incoming: IncomingMessage, outgoing: ServiceResponse, why: Refusal, isDiscarded = false): void {
    if (!isDiscarded) discard(incoming);
    const correlationId = correlationIdFrom(headerOf(incoming, CORRELATION_HEADER));
    const response = refuse(why, correlationId);
    this.service.onRefusal?.({ status: response.status, correlationId, method: incoming.method });
    void response.text().then((text) => {
      const fields = [...response.headers].flat();
      const close = this.draining || why === 'too slow' ? ['connection', 'close'] : [];
      outgoing.writeHead(response.status, [...fields, 'content-length', String(Buffer.byteLength(text)), ...close]);
      outgoing.end(incoming.method === 'HEAD' ? undefined : text);
    });
  }

  #refuseUnread(error: NodeJS.ErrnoException, socket: Socket): void {
    // A connection on which nothing was asked, e.g. one that a browser opens ahead.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) {
      socket.destroy();
      return;
    }
    // Behind an answer that is on its way on this connection: what is not HTTP must not be answered
    // inside it.
    const { outgoing } = this.#inFlight.items().find((exchange) => exchange.outgoing?.socket === socket) ?? {};
    const refuse = () => void refuseUnread(error, socket, (refusal) => this.service.onRefusal?.(refusal));
    if (outgoing) outgoing.once('finish', refuse);
    else refuse();
  }

  #idle(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#inFlight.size === 0 || signal.aborted) resolve();
    this.#waiting.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    return promise.finally(() => this.#waiting.delete(resolve));
  }
}

/**
 * The URL of a request; `undefined` when its target or its Host is malformed, missing or there
 * twice (RFC 9112, section 3.2).
 */
function urlOf(
  { url = '', method = 'GET', headers, rawHeaders, httpVersion }: IncomingMessage,
  basePath: string | undefined,
): string | undefined {
  const { host } = headers;
  if (host === undefined ? httpVersion === '1.1' : hasTwoHosts(rawHeaders)) return undefined;
  const proto = forwardedProto(headers['x-forwarded-proto'] as string | undefined, 'http'); // Node joins several lines
  const { authority = host ?? '', path, query } = splitTarget(url);
  return requestUrl(proto, authority, { path: withoutBase(path, basePath), query }, method);
}

function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

/** How many of them a message names. */
const NAMED = 3;

function stillInFlight(exchanges: readonly ServiceExchange[]): string {
  const names = exchanges.slice(0, NAMED).map(({ method, path }) => `${method} ${path}`);
  const others = exchanges.length - names.length;
  const all = `${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
  return `${exchanges.length} request${exchanges.length === 1 ? '' : 's'} still in flight: ${all}`;
}
