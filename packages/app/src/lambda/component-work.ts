import type { QueueDefinition } from '@twelvefold/backing';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { toError } from '@twelvefold/core/internal';
import type { Lifecycle } from '@twelvefold/lifecycle';
import type { LambdaInvocation } from '@twelvefold/lifecycle/lambda';
import {
  batchResult,
  isEventBridgeEvent,
  isSnsEvent,
  isSqsEvent,
  readHttpEvent,
  recordsFromSns,
  recordsFromSqs,
} from '@twelvefold/lifecycle/lambda';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { Component, ConsumerComponent, HttpComponent, TaskComponent } from '../component.ts';
import type { Runtime } from '../runtime/open-runtime.ts';
import { RefusedEvent } from './refused-event.ts';

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
  return async (event, { deadline }) => {
    const exchange = readHttpEvent(event, component.basePath);
    if (!exchange) throw refusal(component, 'HTTP events: of API Gateway, a function URL or a load balancer');
    const answered = await exchange.answer(service, {
      deadline,
      answerMs: component.timeoutMs,
      onTooLarge: (size, limit) =>
        logger.error('answer is larger than the front carries', { size_bytes: size, limit_bytes: limit }),
      onBroken: (error) => logger.error('answer broke off', { error: toError(error) }),
      onWarning: (message) => logger.warn(message),
    });
    await counted.publish();
    return answered;
  };
}

async function consumerWork(component: ConsumerComponent, options: WorkOptions): Promise<Work> {
  const [{ componentBatches }, { queueWarnings }] = await Promise.all([
    import('../runtime/component-batches.ts'),
    import('../runtime/queue-warnings.ts'),
  ]);
  const consumer = componentBatches({ component, ...options });
  let warned = false;
  return async (event, { deadline, context }) => {
    if (isSnsEvent(event)) {
      const records = recordsFromSns(event);
      for (const { topicArn } of records) {
        if (!options.runtime.subscribes(component.queue, topicArn)) throw foreignTopic(component, topicArn);
      }
      const { failedMessageIds } = await consumer.handleBatch(records, { deadline, source: 'topic' });
      if (failedMessageIds.length > 0) throw unacknowledged(component, failedMessageIds.length, records.length);
      return undefined;
    }
    if (!isSqsEvent(event))
      throw refusal(component, 'SQS events, and SNS events of the topics that its queue subscribes to');
    if (!warned) {
      warned = true;
      // What is left of a first invocation as it begins is the function's timeout; it has spent some of the last second.
      const functionTimeoutMs = Math.ceil(context.getRemainingTimeInMillis() / 1_000) * 1_000;
      const definition = component.app.backing[component.queue] as QueueDefinition; // app.consumer() checked the kind
      for (const warning of queueWarnings(definition, { functionTimeoutMs })) options.logger.warn(warning);
    }
    // The deadline alone: a batch keeps its own reserve of it, and the invocation's signal, which nothing else aborts, would come later.
    const { failedMessageIds } = await consumer.handleBatch(recordsFromSqs(event), { deadline });
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

function foreignTopic({ name, queue }: ConsumerComponent, topicArn: string): RefusedEvent {
  const topic = JSON.stringify(topicArn.slice(0, 256));
  return new RefusedEvent(
    `Cannot handle the event: the component '${name}' takes messages of the topics that the queue '${queue}' subscribes to and that keep no order, and ${topic} is none of them; name it in 'subscribe', or end the function's subscription`,
  );
}

/** Makes Lambda repeat the invocation, and in the end send it to where the function's failed events go. */
function unacknowledged({ name }: ConsumerComponent, failed: number, all: number): TwelvefoldError {
  return new TwelvefoldError(
    'MESSAGES_UNACKNOWLEDGED',
    `Cannot acknowledge ${failed} of ${all} messages from SNS to '${name}': each one's log line says why; the invocation fails so that Lambda repeats it`,
  );
}

function refusal(component: Component, wanted: string): RefusedEvent {
  return new RefusedEvent(`Cannot handle the event: the component '${component.name}' takes ${wanted}`);
}
