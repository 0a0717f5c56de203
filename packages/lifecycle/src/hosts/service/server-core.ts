import type { Exchange } from '../../http/exchange.ts';
import type { HttpService } from '../../http/http-service.ts';

/** The part of a server that its requests and their answers use. */
export interface ServerCore {
  readonly service: HttpService;
  /** Milliseconds that a handler has for its answer. */
  readonly answerMs: number;
  /** Proxies in front of the service that append to `X-Forwarded-For`. */
  readonly proxies: number;
  readonly draining: boolean;
  /** The handler is done: its deadline is lifted. */
  answered(exchange: Exchange): void;
  /** The answer is out, or its client has gone, and the handler is done. */
  over(exchange: Exchange): void;
  /** The client does not take its answer, of which `bytes` are held. */
  stalls(exchange: Exchange, bytes: number): void;
  /** The client takes its answer again. */
  flows(exchange: Exchange): void;
  warn(message: string): void;
  /** An answer broke off although its client was there. */
  fail(error: unknown): void;
}
