import { TwelvefoldError } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { LambdaInvocation } from '@twelvefold/lifecycle/internal/lambda';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { Start } from '../runtime/publish-start.ts';
import { publishStart } from '../runtime/publish-start.ts';
import type { Work } from './component-work.ts';

/**
 * Why an invocation failed: its event had the wrong kind, its time was over, or what it ran threw.
 */
export type FailureClass = 'event' | 'timeout' | 'handler';

export interface InvokeOptions {
  readonly work: Work;
  readonly component: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Published with the first invocation. */
  readonly start: Start;
  /** Makes an error that may be printed: Lambda's runtime logs the one that is thrown. */
  readonly redact: (error: unknown) => unknown;
}

/**
 * One invocation: publishes the start with the first one, runs the work, and logs why it failed.
 * Lambda's own line about a failure contains only the error.
 */
export function createInvoke({ work, component, logger, metrics, start, redact }: InvokeOptions): Work {
  return async (event, invocation) => {
    try {
      if (invocation.coldStart) await publishStart(metrics, component, start);
      return await work(event, invocation);
    } catch (error) {
      const failure = failureClass(error, invocation);
      logger.error('invocation failed', { failure, cold_start: invocation.coldStart, error: toError(error) });
      throw redact(error);
    }
  };
}

function failureClass(error: unknown, { deadline }: LambdaInvocation): FailureClass {
  if (TwelvefoldError.isInstance(error, 'EVENT_REFUSED')) return 'event';
  return deadline.remainingMs() <= 0 ? 'timeout' : 'handler';
}
