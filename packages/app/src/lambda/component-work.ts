import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { Lifecycle } from '@twelvefold/lifecycle';
import type { LambdaInvocation } from '@twelvefold/lifecycle/lambda';
import { isEventBridgeEvent, readHttpEvent } from '@twelvefold/lifecycle/lambda';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { Component, ConsumerComponent, HttpComponent, TaskComponent } from '../component.ts';
import type { Runtime } from '../runtime/open-runtime.ts';

export interface WorkOptions {
  runtime: Runtime;
  lifecycle: Lifecycle;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  /** Stands in for the global `Response` where the component is an HTTP front. @defaultValue true */
  lightResponses?: boolean | undefined;
}

export type Work = (event: unknown, invocation: LambdaInvocation) => Promise<unknown>;

/** What a function does with its events, by the kind of its one component. What a kind does not need is not loaded. */
export function componentWork(component: Component, options: WorkOptions): Promise<Work> {
  switch (component.kind) {
    case 'http':
      return httpWork(component, options);
    case 'consumer':
      return consumerWork(component, options);
    case 'task':
      return taskWork(component, options);
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

async function taskWork(component: TaskComponent, { runtime, logger, metrics, clock }: WorkOptions): Promise<Work> {
  const [{ runTask, taskInvocation }, { taskOf }] = await Promise.all([
    import('@twelvefold/admin'),
    import('../runtime/task-of.ts'),
  ]);
  const task = taskOf(component);
  return async (event, { signal, deadline }) => {
    const { params, correlationId } = taskInvocation([task], asInvocation(component, event));
    return runTask(task, params, {
      component: component.name,
      ...(correlationId === undefined ? {} : { correlationId }),
      signal,
      deadline,
      clock,
      logger,
      metrics,
      makeContext: (scope) => runtime.run(component, scope, (context) => context),
    });
  };
}

/** An event of EventBridge as the invocation that it stands for; its id ties together what it causes. */
function asInvocation({ name }: TaskComponent, event: unknown): unknown {
  return isEventBridgeEvent(event) ? { task: name, params: event.detail, correlationId: event.id } : event;
}

function refusal(component: Component, wanted: string): TwelvefoldError {
  return new TwelvefoldError(
    'EVENT_REFUSED',
    `Cannot handle the event: the component '${component.name}' takes ${wanted}`,
  );
}
