import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { Lifecycle } from '@twelvefold/lifecycle';
import type { LambdaInvocation } from '@twelvefold/lifecycle/internal/lambda';
import { readHttpEvent } from '@twelvefold/lifecycle/lambda';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { Component, ConsumerComponent, HttpComponent } from '../component.ts';
import type { CountedPort } from '../runtime/counted-port.ts';
import type { FatalLegs } from '../runtime/fatal-legs.ts';
import type { Runtime } from '../runtime/open-runtime.ts';

export interface WorkOptions {
  runtime: Runtime;
  lifecycle: Lifecycle;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  port: CountedPort;
  fatal: FatalLegs;
  /** Identifies the deployed code. */
  release: string | undefined;
  /**
   * Stands in for the global `Response` where the component is an HTTP front. @defaultValue true
   */
  lightResponses?: boolean | undefined;
}

export type Work = (event: unknown, invocation: LambdaInvocation) => Promise<unknown>;

/**
 * Makes the function that handles a Lambda function's events, by the kind of its one component.
 * Modules that the kind does not need are not loaded.
 */
export async function componentWork(component: Component, options: WorkOptions): Promise<Work> {
  switch (component.kind) {
    case 'http':
      return httpWork(component, options);
    case 'consumer':
      return consumerWork(component, options);
    case 'task':
      return (await import('./task-work.ts')).taskWork(component, options);
  }
}

async function httpWork(component: HttpComponent, options: WorkOptions): Promise<Work> {
  const [{ httpService }, { createRequestMetrics }] = await Promise.all([
    import('../runtime/http-service.ts'),
    import('../runtime/request-metrics.ts'),
  ]);
  const { metrics, logger, clock } = options;
  const counted = createRequestMetrics({ metrics, component: component.name, clock, random: Math.random });
  const service = httpService({ component, ...options, counted });
  return async (event, { deadline, stream }) => {
    const exchange = readHttpEvent(event, component.basePath);
    if (!exchange) throw refusal(component, 'HTTP events: of API Gateway, a function URL or a load balancer');
    const answering = {
      deadline,
      answerMs: component.timeoutMs,
      onTooLarge: (size: number, limit: number) =>
        logger.error('answer is larger than the front carries', { size_bytes: size, limit_bytes: limit }),
      onBroken: (error: unknown) => logger.error('answer broke off', { error: toError(error) }),
      onWarning: (message: string) => logger.warn(message),
    };
    try {
      return await (stream ? exchange.stream(service, stream, answering) : exchange.answer(service, answering));
    } finally {
      await counted.publish();
    }
  };
}

async function consumerWork(component: ConsumerComponent, options: WorkOptions): Promise<Work> {
  const { receiveSource } = await import('../runtime/consume.ts');
  return receiveSource({ component, ...options });
}

function refusal(component: Component, wanted: string): TwelvefoldError {
  return new TwelvefoldError(
    'EVENT_REFUSED',
    `Cannot handle the event: the component '${component.name}' takes ${wanted}`,
  );
}
