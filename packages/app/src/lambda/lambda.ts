import { createAws } from '@twelvefold/aws';
import { systemClock } from '@twelvefold/lifecycle';
import type { LambdaHandler } from '@twelvefold/lifecycle/lambda';
import { lambda as lambdaHost } from '@twelvefold/lifecycle/lambda';
import type { Component } from '../component.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { createTelemetry } from '../runtime/telemetry.ts';
import { componentWork } from './component-work.ts';

/** Lambda gives init ten seconds; half of it may go to waiting for an endpoint. */
const RETRY_FOR_MS = 5_000;

/**
 * Makes the Lambda handler of one component. Config, bindings and clients are loaded during init and nothing is left in
 * flight when it ends (a call that is signed before a freeze is refused after it): hence the promise, awaited at the top
 * of the entry.
 *
 * An HTTP component takes events of payload format 2.0 (API Gateway HTTP APIs, function URLs), a consumer takes SQS
 * batches (its event source mapping needs `ReportBatchItemFailures`), a task takes `{ task, params }`.
 *
 * Rejects with every fault of config and bindings at once.
 *
 * @example
 * ```ts
 * export const handler = await lambda(orderConsumer);
 * ```
 */
export async function lambda(component: Component): Promise<LambdaHandler<unknown, unknown>> {
  const { env } = process;
  const facts = { function_name: env.AWS_LAMBDA_FUNCTION_NAME, function_version: env.AWS_LAMBDA_FUNCTION_VERSION };
  const { logger, metrics } = createTelemetry({ app: component.app.name, env, format: 'json', facts });
  const runtime = await openRuntime(component.app, [component], {
    env,
    aws: createAws({ env }),
    logger,
    metrics,
    clock: systemClock,
    random: Math.random,
    retryForMs: RETRY_FOR_MS,
    caller: component.name,
  });
  const work = await componentWork(component, { runtime, logger, metrics, clock: systemClock });
  return lambdaHost<unknown, unknown>(work, { clock: systemClock, flush: () => metrics.flush() });
}
