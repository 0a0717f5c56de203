import type { Clock } from '@twelvefold/lifecycle';
import { createLifecycle } from '@twelvefold/lifecycle';
import type { LambdaInvocation } from '@twelvefold/lifecycle/lambda';
import {
  batchResult,
  isHttpEventV2,
  isSqsEvent,
  recordsFromSqs,
  requestFromV2,
  resultV2,
} from '@twelvefold/lifecycle/lambda';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { Component, ConsumerComponent, HttpComponent, TaskComponent } from '../component.ts';
import type { Runtime } from '../runtime/open-runtime.ts';

export interface WorkOptions {
  runtime: Runtime;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
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
  const { httpAnswer } = await import('../runtime/http-answer.ts');
  const lifecycle = createLifecycle();
  await lifecycle.start();
  const answer = httpAnswer({ component, lifecycle, ...options });
  return async (event, { signal, deadline }) => {
    if (!isHttpEventV2(event)) throw refusal(component, 'API Gateway or function URL events of payload format 2.0');
    const request = requestFromV2(event);
    return resultV2(request instanceof Response ? request : await answer(request, signal, deadline));
  };
}

async function consumerWork(component: ConsumerComponent, options: WorkOptions): Promise<Work> {
  const { componentConsumer } = await import('../runtime/component-consumer.ts');
  const consumer = componentConsumer({ component, ...options });
  return async (event, { signal, deadline }) => {
    if (!isSqsEvent(event)) throw refusal(component, 'SQS events');
    const { failedMessageIds } = await consumer.handleBatch(recordsFromSqs(event), { signal, deadline });
    return batchResult(failedMessageIds);
  };
}

async function taskWork(component: TaskComponent, { runtime, logger, metrics, clock }: WorkOptions): Promise<Work> {
  const [{ runTask, taskInvocation }, { taskOf }] = await Promise.all([
    import('@twelvefold/admin'),
    import('../runtime/task-of.ts'),
  ]);
  const task = taskOf(component);
  return async (event, { signal, deadline }) => {
    const { params, correlationId } = taskInvocation([task], event);
    return runTask(task, params, {
      component: component.name,
      ...(correlationId === undefined ? {} : { correlationId }),
      signal,
      deadline,
      clock,
      logger,
      metrics,
      makeContext: (scope) => runtime.context(component, scope),
    });
  };
}

function refusal(component: Component, wanted: string): TypeError {
  return new TypeError(`Cannot handle the event: the component '${component.name}' takes ${wanted}`);
}
