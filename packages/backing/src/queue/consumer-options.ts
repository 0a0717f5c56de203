import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { SourceContext } from '../source.ts';
import type { ProcessMessage } from './consumer/process-message.ts';
import { createMessageProcessor } from './consumer/process-message.ts';
import type { ConsumerEvent, ConsumerEventListener } from './consumer-event.ts';
import type { MessageHandler } from './port.ts';
import type { QueueDefinition } from './queue.ts';
import { reportEvents } from './report-events.ts';

/** @inline */
export interface SqsConsumerOptions<S extends StandardSchemaV1> {
  definition: QueueDefinition<S>;
  /** The queue's URL. */
  url: string;
  /**
   * The URL of the queue for poison messages. Without it they stay until SQS's redrive moves them.
   */
  deadLetterUrl?: string | undefined;
  aws: Aws;
  /** Names the scopes of its messages and, in the user agent, its calls. */
  component: string;
  /** Gets the schema's output. The message is acknowledged after the promise has resolved. */
  handle: MessageHandler<StandardSchemaV1.InferOutput<S>>;
  /** Messages handled at once. @defaultValue 10 */
  concurrency?: number;
  /** Gets what happens to messages. @defaultValue writes each failure to standard error */
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

/** The options of a consumer that handles messages for a component. */
export function componentConsumer(
  definition: QueueDefinition,
  context: SourceContext,
): SqsConsumerOptions<StandardSchemaV1> {
  const { target: url, aws, component, concurrency, handle, onEvent, clock, random } = context;
  const deadLetterUrl = context.companion('deadLetter');
  return { definition, url, deadLetterUrl, aws, component, concurrency, handle, onEvent, clock, random };
}

/** Messages since the consumer was created. */
export interface Outcomes {
  handled: number;
  failed: number;
}

/** Events that mean that a message was not handled, at this receive at least. */
const FAILED: ReadonlySet<ConsumerEvent['type']> = new Set([
  'retried',
  'poisoned',
  'exhausted',
  'corrupted',
  'leaseLost',
  'abandoned',
]);

/** A consumer's checked options, as a poller and a batch handler take them. */
export interface ConsumerBase {
  readonly queue: string;
  readonly url: string;
  readonly visibilityMs: number;
  readonly concurrency: number;
  /** Order is kept within message groups. */
  readonly fifo: boolean;
  readonly aws: Aws;
  readonly process: ProcessMessage;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: ConsumerEvent) => void;
  /** Whether an event is made of what went well, too. */
  readonly emitsSuccesses: boolean;
  /** Messages since the consumer was created. */
  readonly outcomes: Readonly<Outcomes>;
}

/**
 * Checks the options of a consumer and fills in its defaults.
 *
 * @throws TypeError or RangeError for an option that is unknown, missing or out of range.
 */
export function consumerBase<S extends StandardSchemaV1>(options: SqsConsumerOptions<S>): ConsumerBase {
  assertOptions(options);
  const { definition, url, deadLetterUrl, component, concurrency = DEFAULT_CONCURRENCY, handle } = options;
  const { clock = systemClock, random = Math.random, onEvent = reportEvents(definition.name) } = options;
  const outcomes: Outcomes = { handled: 0, failed: 0 };
  const emit = counted(outcomes, onEvent);
  const onHandled = () => {
    outcomes.handled += 1;
  };
  // An event per message costs a third of it, and the default listener ignores it.
  const emitsSuccesses = options.onEvent !== undefined;
  const aws = options.aws.as(component);
  return {
    queue: definition.name,
    url,
    visibilityMs: definition.visibilityMs,
    concurrency,
    fifo: definition.fifo !== undefined,
    aws,
    process: createMessageProcessor({
      definition,
      url,
      deadLetterUrl,
      aws,
      component,
      handle: handle as MessageHandler<unknown>, // gets what the definition's own schema returns
      clock,
      random,
      emit,
      onHandled,
      emitsSuccesses,
    }),
    clock,
    random,
    emit,
    emitsSuccesses,
    outcomes,
  };
}

/**
 * Counts failures before the listener runs. A listener that throws must not change the outcome of a
 * message.
 */
function counted(outcomes: Outcomes, onEvent: ConsumerEventListener): (event: ConsumerEvent) => void {
  return (event) => {
    if (FAILED.has(event.type)) outcomes.failed += 1;
    try {
      onEvent(event);
    } catch {
      // The event is lost to it.
    }
  };
}

function assertOptions<S extends StandardSchemaV1>(options: SqsConsumerOptions<S>): void {
  const subject = `consumer of queue '${options.definition.name}'`;
  assertKnownOptions(`create ${subject}`, options, KNOWN);
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
