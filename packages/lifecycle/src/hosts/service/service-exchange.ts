import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import { CLIENT_GONE, Exchange } from '../../http/exchange.ts';
import type { RequestContext } from '../../http/http-service.ts';
import type { NodeHeaders } from '../../http/light/light-headers.ts';
import { headerOf } from '../../http/light/light-headers.ts';
import { lightNodeRequest } from '../../http/light/light-requests.ts';
import { plainText } from '../../http/light/plain-values.ts';
import { AnswerWriter } from '../../http/write-answer.ts';
import type { Arrival } from './arrivals.ts';
import type { ServerCore } from './server-core.ts';

/** A response that has its exchange: the listener of its end is one function for all. */
export class ServiceResponse extends ServerResponse {
  exchange: ServiceExchange | undefined = undefined;
}

function onClose(this: ServiceResponse): void {
  this.exchange?.closed();
}

/**
 * A request on a socket, with its answer. Lets go of both when the answer is out: work may go on
 * that holds the scope.
 */
export class ServiceExchange extends Exchange implements NodeHeaders {
  readonly headers: NodeHeaders['headers'];
  readonly rawHeaders: readonly string[];
  readonly core: ServerCore;
  /** The last two are `undefined` once the answer is out or the client has gone. */
  outgoing: ServiceResponse | undefined;
  body: Buffer | undefined;
  /** Among the requests in flight. */
  place: Arrival<ServiceExchange> | undefined;
  /** Among the deadlines; `undefined` for a request that was answered at once. */
  due: Arrival<ServiceExchange> | undefined;
  /** Set while the client does not take its answer. */
  stalled: { readonly bytes: number; readonly since: Arrival<ServiceExchange> } | undefined;
  readonly #address: string | undefined;
  #isAnswered = false;
  #answer: Response | undefined;
  #answerId = '';
  #request: Request | undefined;
  #writer: AnswerWriter | undefined;

  constructor(core: ServerCore, incoming: IncomingMessage, outgoing: ServiceResponse, url: string) {
    super(core.service, incoming.method ?? 'GET', url);
    this.core = core;
    this.headers = incoming.headers;
    this.rawHeaders = incoming.rawHeaders;
    this.outgoing = outgoing;
    this.#address = incoming.socket.remoteAddress;
    outgoing.exchange = this;
    outgoing.on('close', onClose);
  }

  get request(): Request {
    this.#request ??= lightNodeRequest(this.url, this.method, this, this.body, this) ?? this.#platformRequest();
    return this.#request;
  }

  get context(): RequestContext {
    const sourceAddress = sourceAddressOf(this, this.#address, this.core.proxies);
    const context = { sourceAddress, claims: undefined, stage: undefined };
    return this.core.isLoopback ? { ...context, isLoopback: true } : context;
  }

  header(name: string): string | undefined {
    return headerOf(this, name);
  }

  remainingMs(): number {
    return Math.max(0, this.startedMs + this.core.answerMs - this.service.clock.monotonic());
  }

  respond(response: Response, correlationId: string): void {
    this.#answer = response;
    this.#answerId = correlationId;
    this.core.answered(this);
  }

  /** Sends the answer that `respond` was given. */
  send(): void {
    this.#isAnswered = true;
    const { outgoing } = this;
    const response = this.#answer;
    this.#answer = undefined;
    if (response === undefined) return;
    if (outgoing === undefined || outgoing.destroyed) {
      if (plainText(response) === undefined) response.body?.cancel(CLIENT_GONE).catch(() => undefined);
      this.core.over(this);
      return;
    }
    this.#writer = new AnswerWriter(this, outgoing, this.core);
    this.#writer.write(response, this.#answerId);
  }

  /** Ends an event stream as its producer would: its clients connect again, to another process. */
  endEventStream(): void {
    this.#writer?.endEventStream();
  }

  /** Ends the connection of a client that is too slow, or whose answer cannot be finished. */
  destroy(): void {
    this.outgoing?.destroy();
  }

  /** The answer is out, or its client has gone. */
  closed(): void {
    const { outgoing } = this;
    if (outgoing) outgoing.exchange = undefined;
    this.outgoing = undefined;
    this.body = undefined;
    if (outgoing && !outgoing.writableFinished) {
      this.abort(CLIENT_GONE);
      this.#writer?.cancel();
    }
    this.#writer = undefined;
    // A client that hung up leaves a handler behind, whose resources must not be closed under it.
    if (this.#isAnswered) this.core.over(this);
  }

  #platformRequest(): Request {
    const headers = new Headers();
    for (let index = 0; index < this.rawHeaders.length; index += 2)
      headers.append(this.rawHeaders[index] ?? '', this.rawHeaders[index + 1] ?? '');
    const body = this.body === undefined ? {} : { body: this.body as Buffer<ArrayBuffer> }; // Node's own, never shared
    return new Request(this.url, { method: this.method, headers, signal: this.signal, ...body });
  }
}

/**
 * The other end of the connection, or the address that the outermost of so many proxies appended.
 */
function sourceAddressOf(headers: NodeHeaders, address: string | undefined, proxies: number): string | undefined {
  if (proxies > 0) {
    const appended = headerOf(headers, 'x-forwarded-for')?.split(',').at(-proxies)?.trim();
    if (appended) return appended;
  }
  return address?.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
