import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { systemClock } from '@twelvefold/lifecycle';
import { assertKnownOptions } from '../definition.ts';
import { createBatchHandler } from './consumer/batch-handler.ts';
import { createMessageCore } from './consumer/message-core.ts';
import { createTopicBatchHandler } from './consumer/topic-batch-handler.ts';
import type { ConsumerEvent, ConsumerEventListener } from './consumer-event.ts';
import type { QueueDefinition } from './definition.ts';
import type { MessageHandler, QueueBatchConsumer } from './port.ts';

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

/** What a consumer of batches and a poller have in common, from options that were checked. */
export function sqsConsumerParts<S extends StandardSchemaV1>(options: SqsConsumerOptions<S>) {
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
  const visibility = { url, aws, ms: visibilityMs };
  const fromQueue = createBatchHandler({ queue, visibility, concurrency, fifo, core, clock, emit: heard });
  const fromTopic = createTopicBatchHandler({ queue, concurrency, clock, core: coreDeps, emit: heard });
  const batches: QueueBatchConsumer = {
    name: `consumer:${queue}`,
    handleBatch: (messages, context) =>
      context?.source === 'topic' ? fromTopic(messages, context) : fromQueue(messages, context),
  };
  return { batches, poller: { queue, url, visibilityMs, concurrency, fifo, aws, core, clock, random, emit } };
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
