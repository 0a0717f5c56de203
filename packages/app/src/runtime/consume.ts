import type { Source, SourceContext, SourceEvents, SourcePoller } from '@twelvefold/backing/internal';
import { driverOf } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { ConsumerComponent } from '../component.ts';
import { companionKey } from '../resources.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { logConsumerEvent } from './log-consumer-event.ts';
import type { Runtime } from './open-runtime.ts';

export interface ConsumeOptions {
  component: ConsumerComponent;
  runtime: Runtime;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  /**
   * Marks a message's handling as work that must not be scaled in; returns the function that
   * unmarks it.
   */
  hold?: () => () => void;
}

/**
 * Opens the source of a component for a service, which polls it. Publishes its metrics every ten
 * seconds.
 */
export async function pollSource(options: ConsumeOptions): Promise<SourcePoller> {
  const { source, definition, context, counted } = openSource(options);
  const poller = await source.poll(definition, context);
  const stopped = new AbortController();
  let counting = Promise.resolve();
  return {
    ...poller,
    async start(signal) {
      await poller.start(signal);
      counting = counted.run(() => poller.health().inFlight, stopped.signal);
    },
    async stop(signal) {
      await poller.stop(signal);
      stopped.abort();
      await counting;
    },
  };
}

/**
 * Opens the source of a component for a function, which gets its events. Publishes their metrics
 * after each event.
 */
export async function receiveSource(options: ConsumeOptions): Promise<SourceEvents> {
  const { source, definition, context, counted } = openSource(options);
  const receive = await source.receive(definition, context);
  return async (event, invocation) => {
    const answer = await receive(event, invocation);
    await counted.publish();
    return answer;
  };
}

function openSource({ component, runtime, logger, metrics, clock, hold }: ConsumeOptions) {
  const key = component.source;
  const definition = component.app.backing[key];
  const source = definition && driverOf(definition).source;
  if (!source) throw new TypeError(`Cannot consume '${key}': it is not a source`);
  const counted = createConsumerMetrics({ metrics, component: component.name, clock, random: Math.random });
  const context: SourceContext = {
    key,
    target: runtime.target(key) ?? '',
    companion: (name) => runtime.target(companionKey(key, name)),
    reference: runtime.reference,
    aws: runtime.aws.as(component.name),
    component: component.name,
    concurrency: component.concurrency,
    clock,
    random: Math.random,
    // The message fits the handler: the source parsed it with the definition's own schema.
    handle: async (message, info, scope) => {
      const release = hold?.();
      try {
        const extra = { message: info, leaseRemaining: info.leaseRemaining };
        await runtime.run(component, scope, (context) =>
          component.handler(message as never, { ...context, ...extra } as never),
        );
      } finally {
        release?.();
      }
    },
    onEvent: (event) => {
      counted.count(event);
      logConsumerEvent(logger, event);
    },
    warn: (message) => logger.warn(message),
  };
  return { source: source as Source<unknown>, definition, context, counted }; // it is the driver of this definition
}
