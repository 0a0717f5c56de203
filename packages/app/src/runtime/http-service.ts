import type { Clock } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { Lifecycle } from '@twelvefold/lifecycle';
import { healthResponse, installLightHttp } from '@twelvefold/lifecycle';
import type { HttpService } from '@twelvefold/lifecycle/internal';
import type { Logger } from '@twelvefold/logging';
import type { HttpComponent } from '../component.ts';
import type { Runtime } from './open-runtime.ts';
import type { RequestMetrics } from './request-metrics.ts';

export interface HttpServiceOptions {
  component: HttpComponent;
  runtime: Runtime;
  lifecycle: Lifecycle;
  logger: Logger;
  clock: Clock;
  /** Counts each answered request; health is not counted. */
  counted: Pick<RequestMetrics, 'count'>;
  /** Stands in for the global `Response`. @defaultValue true */
  lightResponses?: boolean | undefined;
}

/**
 * Answers requests for an HTTP component: health first, then the handler in a scope, with one
 * access line.
 */
export function httpService(options: HttpServiceOptions): HttpService {
  const { component, runtime, lifecycle, logger, clock, counted } = options;
  if (options.lightResponses !== false) installLightHttp({ requests: false });
  return {
    component: component.name,
    clock,
    health: (path) => healthResponse(path, lifecycle),
    handler: (request, scope, http) =>
      // The handler's types were checked where it was declared; it takes exactly what the runtime
      // makes for it.
      runtime.run(component, scope, (context) => component.handler(request, context as never), http),
    onOutcome: (outcome) => {
      const { method, path, status, durationMs, error } = outcome;
      counted.count(outcome);
      const http = { method, path, status, duration_ms: durationMs };
      // An answer of 5xx lets out the lines that were held back, whether the handler made it or the
      // host.
      if (status >= 500) logger.flushBuffer();
      if (status === 499) logger.info('client went away before its answer', { http });
      else if (error !== undefined) logger.error('request failed', { http, error: toError(error) });
      else if (status >= 500 && !logger.loggedError)
        logger.error('request failed', { http, error: unexplained(status) });
      else logger.info('request answered', { http });
    },
    onRefusal: ({ status, correlationId, method }) => {
      counted.count({ status, durationMs: 0 });
      logger.info('request refused', {
        correlation_id: correlationId,
        component: component.name,
        http: { method, status },
      });
    },
  };
}

/**
 * Logged for a failed response without a logged error: the router has turned what the handler threw
 * into this response, so the host did not see the error.
 */
function unexplained(status: number): Error {
  return new Error(
    `The handler answered ${status} and logged no error: log it, or let the handler throw; with Hono, app.onError(throwErrors) of 'twelvefold/hono' does`,
  );
}
