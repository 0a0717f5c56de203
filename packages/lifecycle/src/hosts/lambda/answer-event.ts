import { problem } from '../../http/problem.ts';
import { compressResponse } from './compress-response.ts';
import type { HttpExchange, HttpResult } from './http-event.ts';

export interface AnswerEventOptions {
  /** Answers the request; not asked when the event earned its answer by itself. */
  answer(request: Request): Promise<Response>;
  /** Told of an answer that is larger than the front carries; the client gets a bare 500. */
  onTooLarge?: (sizeBytes: number, limitBytes: number) => void;
  /** Told of an answer whose body broke while it was read; nothing of it has left yet, so the client gets a bare 500. */
  onBroken?: (error: unknown) => void;
}

/** Answers one HTTP event: through the app, compressed where it pays, within what the front carries. */
export async function answerEvent(exchange: HttpExchange, options: AnswerEventOptions): Promise<HttpResult> {
  const { request, resultLimitBytes } = exchange;
  if (request instanceof Response) return exchange.result(request);
  const answer = await options.answer(request);
  let result: HttpResult;
  try {
    const { response, body } = await compressResponse(request, answer);
    result = await exchange.result(response, body);
  } catch (error) {
    options.onBroken?.(error);
    return exchange.result(problem({ status: 500, title: 'Internal Server Error' }));
  }
  const sizeBytes = result.body === undefined ? 0 : Buffer.byteLength(result.body);
  if (sizeBytes <= resultLimitBytes) return result;
  options.onTooLarge?.(sizeBytes, resultLimitBytes);
  return exchange.result(problem({ status: 500, title: 'Internal Server Error' }));
}
