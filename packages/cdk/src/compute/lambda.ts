import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Duration } from 'aws-cdk-lib';

export interface LambdaOptions {
  /**
   * Megabytes, 128 to 10,240; CPU comes with it.
   *
   * @defaultValue 512
   */
  readonly memorySize?: number;
  /**
   * How long one invocation may take.
   *
   * @defaultValue 29 seconds for HTTP (the API gives up after 30), 15 minutes for a task (Lambda's
   * longest), and for a consumer a sixth of its queue's visibility timeout, rounded down to seconds
   */
  readonly timeout?: Duration;
}

/** A component that runs as a Lambda function. */
export interface LambdaPlacement extends LambdaOptions {
  readonly host: 'lambda';
}

/**
 * Places a component in its own Lambda function.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const compute = { orders: lambda({ memorySize: 1_024 }) };
 * new TwelveFactorApp(stack, 'Orders', { manifest, compute });
 * ```
 */
export function lambda(options: LambdaOptions = {}): LambdaPlacement {
  assertKnownOptions('use lambda()', options, ['memorySize', 'timeout']);
  return Object.freeze({ ...options, host: 'lambda' });
}
