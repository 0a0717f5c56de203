import type { Clock, Deadline } from '@twelvefold/core';
import { limitTime, toError } from '@twelvefold/core/internal';
import type { Lifecycle, RequestOutcome } from '@twelvefold/lifecycle';
import { healthResponse, serveRequest } from '@twelvefold/lifecycle';
import type { Logger } from '@twelvefold/logging';
import type { HttpComponent } from '../component.ts';
import type { Runtime } from './open-runtime.ts';

export interface HttpAnswerOptions {
  component: HttpComponent;
  runtime: Runtime;
  lifecycle: Lifecycle;
  logger: Logger;
  clock: Clock;
  /** Is told of each answered request; health is none. */
  onOutcome(outcome: RequestOutcome): void;
}

/** Answers requests for an HTTP component: health first, then the handler in a scope, with one access log line. */
export function httpAnswer({ component, runtime, lifecycle, logger, clock, onOutcome }: HttpAnswerOptions) {
  const { timeoutMs } = component;
  return async (request: Request, signal: AbortSignal, deadline: Deadline): Promise<Response> => {
    const health = await healthResponse(new URL(request.url).pathname, lifecycle);
    if (health) return health;
    const limit = timeoutMs === undefined ? undefined : limitTime(timeoutMs, signal, deadline, clock);
    try {
      return await serveRequest(
        // The handler's types were checked where it was declared; it takes exactly what the runtime makes for it.
        (incoming, scope) => runtime.run(component, scope, (context) => component.handler(incoming, context as never)),
        request,
        {
          component: component.name,
          signal: limit?.signal ?? signal,
          deadline: limit?.deadline ?? deadline,
          clock,
          onOutcome: (outcome) => {
            const { method, path, status, durationMs, error } = outcome;
            onOutcome(outcome);
            const fields = { http: { method, path, status, duration_ms: durationMs } };
            // What an answer of 5xx held back is told, whoever made that answer.
            if (status >= 500) logger.flushBuffer();
            if (status === 499) logger.info('client went away before its answer', fields);
            else if (error === undefined) logger.info('request answered', fields);
            else logger.error('request failed', { ...fields, error: toError(error) });
          },
        },
      );
    } finally {
      limit?.over();
    }
  };
}
