import type { QueueDefinition } from '@twelvefold/backing';
import type { SqsConsumerOptions } from '@twelvefold/backing/sqs';
import type { Clock } from '@twelvefold/core';
import type { Logger, Metrics } from '@twelvefold/logging';
import type { ConsumerComponent } from '../component.ts';
import { companionKey } from '../resources.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { logConsumerEvent } from './log-consumer-event.ts';
import type { Runtime } from './open-runtime.ts';

export interface ComponentConsumerOptions {
  component: ConsumerComponent;
  runtime: Runtime;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  /** Marks a message's handling as work that must not be scaled in; returns what unmarks it. */
  hold?: () => () => void;
}

/** The consumer of a component's queue as options of its driver, and what counts its messages. */
export function consumerParts({ component, runtime, logger, metrics, clock, hold }: ComponentConsumerOptions) {
  const definition = component.app.backing[component.queue] as QueueDefinition; // app.consumer() checked the kind
  const url = runtime.target(component.queue);
  if (url === undefined) throw new TypeError(`Cannot consume '${component.queue}': its binding was not resolved`);
  const deadLetterUrl = runtime.target(companionKey(component.queue, 'deadLetter'));
  const counted = createConsumerMetrics({ metrics, component: component.name, clock, random: Math.random });
  const options: SqsConsumerOptions<QueueDefinition['schema']> = {
    definition,
    url,
    ...(deadLetterUrl === undefined ? {} : { deadLetterUrl }),
    aws: runtime.aws.as(component.name),
    component: component.name,
    concurrency: component.concurrency,
    clock,
    // The message fits the handler: the consumer parsed it with the queue's own schema.
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
  };
  return { options, counted };
}
