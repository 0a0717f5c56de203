import type { Exchange } from '../../http/exchange.ts';
import type { HttpService } from '../../http/http-service.ts';
import type { AnswerHost } from '../../http/write-answer.ts';

/** The part of a server that its requests and their answers use. */
export interface ServerCore extends AnswerHost {
  readonly service: HttpService;
  /** Milliseconds that a handler has for its answer. */
  readonly answerMs: number;
  /** Proxies in front of the service that append to `X-Forwarded-For`. */
  readonly proxies: number;
  /** Only this machine can reach the listener. */
  readonly isLoopback: boolean;
  /** The handler is done: its deadline is lifted. */
  answered(exchange: Exchange): void;
  /** The answer is out, or its client has gone, and the handler is done. */
  over(exchange: Exchange): void;
}
