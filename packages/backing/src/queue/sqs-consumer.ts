import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { systemClock } from '@twelvefold/lifecycle';
import { assertKnownOptions } from '../definition.ts';
import { createBatchHandler } from './consumer/batch-handler.ts';
import { createMessageCore } from './consumer/message-core.ts';
import { createPoller } from './consumer/poller.ts';
import { createTopicBatchHandler } from './consumer/topic-batch-handler.ts';
import type { ConsumerEvent, ConsumerEventListener } from './consumer-event.ts';
import type { QueueDefinition } from './definition.ts';
import type { MessageHandler, QueueConsumer } from './port.ts';

export interface SqsConsumerOptions<S extends StandardSchemaV1> {
  definition: QueueDefinition<S>;
  /** The queue's URL. */
  url: string;
  /** Where poison goes. Without it poison stays until SQS's redrive moves it. */
  deadLetterUrl?: string | undefined;
  aws: Aws;
  /** Names the scopes of its messages and, in the user agent, its calls. */
  component: string;
  /** Gets the schema's output. The message is acknowledged when the promise resolves, never before. */
  handle: MessageHandler<StandardSchemaV1.InferOutput<S>>;
  /** Messages handled at once. @defaultValue 10 */
  concurrency?: number;
  onEvent?: ConsumerEventListener;
  /** @defaultValue the system's clock */
  clock?: Clock;
  /** 0 to below 1, for jitter. @defaultValue `Math.random` */
  random?: () => number;
}

const DEFAULT_CONCURRENCY = 10;
const KNOWN = [
  'definition',
  'url',
  'deadLetterUrl',
  'aws',
  'component',
  'handle',
  'concurrency',
  'onEvent',
  'clock',
  'random',
];

/**
 * A consumer of one SQS queue. Long-running hosts `start` it and it polls; on Lambda each event goes to `handleBatch`. What
 * becomes of a message is decided in one place for both:
 *
 * - The handler returns, or throws `Drop`: acknowledged.
 * - It throws `Poison`, or the message is not JSON or does not fit the schema: sent to the dead-letter queue with `reason`,
 *   `errorFingerprint`, `sourceQueue` and `correlationId` as attributes, then deleted. That is two calls, so a crash between them
 *   leaves it in both: at least once.
 * - It throws `Retry` or anything else: delivered again after the given time, or after 1 s, 2 s, 4 s ... up to 15 minutes, half of
 *   it random. When it fails at the last receive that the definition's `maxReceives` allows, it is moved like poison, with the kind of the error
 *   as `reason`. What was interrupted at its last receive, or asked to come later, SQS moves, without a note.
 *
 * On a FIFO queue one message of a group is handled at a time, groups side by side; when one comes again the rest of its group goes back too.
 *
 * Delivery is at least once: make effects idempotent.
 *
 * @throws TypeError or RangeError for an option that is unknown, missing or out of range.
 * @example
 * ```ts
 * const consumer = createSqsConsumer({
 *   definition: orders,
 *   url,
 *   deadLetterUrl,
 *   aws,
 *   component: 'orders',
 *   handle: async (order, info, scope) => place(order, scope.signal),
 * });
 * await consumer.start();
 * ```
 */
export function createSqsConsumer<S extends StandardSchemaV1>(options: SqsConsumerOptions<S>): QueueConsumer {
  assertOptions(options);
  const { definition, url, deadLetterUrl, component, concurrency = DEFAULT_CONCURRENCY } = options;
  const { clock = systemClock, random = Math.random, onEvent } = options;
  const heard = onEvent && listener(onEvent);
  const emit = heard ?? (() => {});
  const queue = definition.name;
  const aws = options.aws.as(component);
  const coreDeps = { definition, url, deadLetterUrl, aws, component, handle: options.handle, clock, random };
  const core = createMessageCore({ ...coreDeps, emit: heard });
  const { visibilityMs } = definition;
  const fifo = definition.fifo !== undefined;
  const poller = createPoller({ queue, url, visibilityMs, concurrency, fifo, aws, core, clock, random, emit });
  const visibility = { url, aws, ms: visibilityMs };
  const fromQueue = createBatchHandler({ queue, visibility, concurrency, fifo, core, clock, emit: heard });
  const fromTopic = createTopicBatchHandler({ queue, concurrency, clock, core: coreDeps, emit: heard });
  const handleBatch: QueueConsumer['handleBatch'] = (messages, context) =>
    context?.source === 'topic' ? fromTopic(messages, context) : fromQueue(messages, context);
  return {
    name: `consumer:${queue}`,
    ...poller,
    handleBatch,
    [Symbol.asyncDispose]: async () => {
      await poller.drain();
      await poller.stop();
    },
  };
}

/** A listener that fails must not decide what becomes of a message. */
function listener(onEvent: ConsumerEventListener) {
  return (event: ConsumerEvent) => {
    try {
      onEvent(event);
    } catch {
      // Its own loss.
    }
  };
}

function assertOptions<S extends StandardSchemaV1>(options: SqsConsumerOptions<S>): void {
  const subject = `consumer of queue '${options.definition.name}'`;
  assertKnownOptions(subject, options, KNOWN);
  const { url, deadLetterUrl, component, concurrency = DEFAULT_CONCURRENCY, handle, definition } = options;
  if (!URL.canParse(url)) throw new TypeError(`Cannot create ${subject}: 'url' is not a URL`);
  if (deadLetterUrl !== undefined && !URL.canParse(deadLetterUrl)) {
    throw new TypeError(`Cannot create ${subject}: 'deadLetterUrl' is not a URL`);
  }
  if (typeof component !== 'string' || component === '') {
    throw new TypeError(`Cannot create ${subject}: 'component' is missing`);
  }
  if (typeof handle !== 'function') throw new TypeError(`Cannot create ${subject}: 'handle' is not a function`);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(
      `Cannot create ${subject}: concurrency is ${concurrency}; it has to be a whole number from 1 on`,
    );
  }
  if (definition.visibilityMs < 1_000) {
    throw new RangeError(
      `Cannot create ${subject}: visibility is ${definition.visibilityMs} ms; below 1 s every message is delivered again while it is handled`,
    );
  }
}
