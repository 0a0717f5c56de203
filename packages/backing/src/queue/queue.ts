import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { assertName } from '../definition.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { Fifo, FifoOptions } from '../message/fifo.ts';
import { fifoFrom } from '../message/fifo.ts';
import type { SourceDefinition } from '../source.ts';
import type { FilterPolicy, Subscribable } from '../topic/subscription.ts';
import type { TopicDefinition } from '../topic/topic.ts';
import type { CompatibleTopics } from './compatible-topics.ts';
import type { DeadLetterClient, QueueSender } from './port.ts';
import { template } from './queue-template.ts';

export interface QueueOptions<S extends StandardSchemaV1, T extends readonly Subscribable[] = readonly Subscribable[]> {
  /** The schema of a message; checked before it is sent and before it is handled. */
  schema: S;
  /**
   * Keeps order within a group: one message of a group is handled at a time, groups side by side,
   * and a message that comes again holds up the rest of its group. @defaultValue false
   */
  fifo?: boolean | FifoOptions<StandardSchemaV1.InferInput<S>>;
  /** How long a received message stays hidden. SQS: 0 s to 12 h. @defaultValue '30s' */
  visibility?: Duration;
  /**
   * Where a message goes after `maxReceives` (1 to 1000) failed receives. @defaultValue
   * `{ maxReceives: 5 }`
   */
  deadLetter?: { maxReceives: number } | false;
  /**
   * Topics whose messages arrive here, or a part of them: `filtered(topic, ...)`. The wire carries
   * a schema's input, so the topic's input must fit this queue's.
   */
  subscribe?: T & CompatibleTopics<T, S>;
}

const REDRIVE_MODULE = '@twelvefold/backing/sqs-dead-letters';

/** The accesses of a queue. Its consumer receives and deletes without asking for it. */
const QUEUE_ACCESSES = {
  send: { methods: ['send', 'sendAll'], actions: ['sqs:SendMessage'] },
  // The name of its dead-letter queue is an attribute of the queue.
  redrive: {
    methods: ['deadLetters', 'countDeadLetters', 'redrive'],
    actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes'],
    parts: {
      deadLetter: [
        'sqs:GetQueueUrl',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
      ],
    },
    modules: [REDRIVE_MODULE],
  },
} as const;

export interface QueueDefinition<S extends StandardSchemaV1 = StandardSchemaV1>
  extends SourceDefinition<
    StandardSchemaV1.InferOutput<S>,
    QueueSender<StandardSchemaV1.InferInput<S>> & DeadLetterClient,
    typeof QUEUE_ACCESSES
  > {
  readonly kind: 'queue';
  readonly schema: S;
  readonly fifo: Fifo | undefined;
  readonly visibilityMs: number;
  /** How long a message waits to be received before SQS deletes it. */
  readonly retentionMs: number;
  readonly deadLetter: { readonly maxReceives: number } | undefined;
  readonly subscribe: readonly TopicDefinition[];
  /**
   * Of a dead-letter queue: its source, and the topics whose messages come here when SNS cannot
   * deliver them there.
   */
  readonly deadLetterOf: { readonly name: string; readonly subscribe: readonly TopicDefinition[] } | undefined;
  /**
   * The filter of each topic of `subscribe`, by its index there; `undefined` for a topic without a
   * filter.
   */
  readonly filters: ReadonlyArray<FilterPolicy | undefined>;
}

/** SQS allows 0 s to 12 h. */
const MAX_VISIBILITY_MS = 12 * 3_600_000;
/** SQS's default. */
const RETENTION_MS = 4 * 86_400_000;
/**
 * SQS's longest: a message keeps its age in a dead-letter queue, which must therefore outlive its
 * source's retention.
 */
const DEAD_LETTER_RETENTION_MS = 14 * 86_400_000;
/** SQS's default: nothing but an operator receives from a dead-letter queue. */
const DEAD_LETTER_VISIBILITY_MS = 30_000;

/**
 * Declares a queue. No I/O happens here.
 *
 * @throws TypeError or RangeError for a name, an option or a limit that SQS would refuse.
 * @example
 * ```ts
 * const schema = z.object({ sku: z.string() });
 * const orders = queue('orders', { schema, deadLetter: { maxReceives: 5 } });
 * ```
 */
export function queue<S extends StandardSchemaV1, const T extends readonly Subscribable[] = readonly []>(
  name: string,
  options: QueueOptions<S, T>,
): QueueDefinition<S> {
  assertName('queue', name);
  assertKnownOptions(`define queue '${name}'`, options, ['schema', 'fifo', 'visibility', 'deadLetter', 'subscribe']);
  const visibilityMs = durationMs(options.visibility ?? '30s');
  if (visibilityMs > MAX_VISIBILITY_MS || visibilityMs % 1_000 !== 0) {
    throw new RangeError(
      `Cannot define queue '${name}': visibility is ${options.visibility}; SQS allows whole seconds from 0 s to 12 h`,
    );
  }
  const deadLetter = options.deadLetter === false ? undefined : (options.deadLetter ?? { maxReceives: 5 });
  if (
    deadLetter &&
    !(Number.isInteger(deadLetter.maxReceives) && deadLetter.maxReceives >= 1 && deadLetter.maxReceives <= 1_000)
  ) {
    throw new RangeError(
      `Cannot define queue '${name}': deadLetter.maxReceives is ${deadLetter.maxReceives}; SQS allows 1 to 1000`,
    );
  }
  const fifo = fifoFrom(`queue '${name}'`, options.fifo);
  const subscriptions: readonly Subscribable[] = options.subscribe ?? [];
  const subscribe = subscriptions.map((one) => (one.kind === 'topic' ? one : one.topic));
  for (const [at, topic] of subscribe.entries()) {
    if (fifo && !topic.fifo) {
      throw new TypeError(
        `Cannot define queue '${name}': it keeps order and topic '${topic.name}' does not; SNS delivers to FIFO queues from FIFO topics only`,
      );
    }
    if (subscribe.indexOf(topic) < at) {
      throw new TypeError(
        `Cannot define queue '${name}': it subscribes to topic '${topic.name}' twice; name several values in one filter`,
      );
    }
  }
  const fields = {
    name,
    schema: options.schema,
    fifo,
    visibilityMs,
    retentionMs: RETENTION_MS,
    deadLetter,
    subscribe: Object.freeze(subscribe),
    deadLetterOf: undefined,
    filters: Object.freeze(subscriptions.map((one) => (one.kind === 'topic' ? undefined : one.filter))),
  };
  return makeDefinition(QUEUE, fields) as QueueDefinition<S>; // its types exist in the compiler only
}

const QUEUE: Kind<QueueDefinition, object, typeof QUEUE_ACCESSES> = {
  name: 'queue',
  accesses: QUEUE_ACCESSES,
  // To read letters is to hide them for a while; they come back.
  dryRun: { deadLetters: 'pass', countDeadLetters: 'pass', redrive: 'done' },
  companions: (definition) => (definition.deadLetter ? { deadLetter: deadLetterQueue(definition) } : {}),
  references: ({ subscribe, filters, deadLetterOf }) => [
    ...subscribe.map((definition, at) => ({
      definition,
      relation: 'subscribes to the topic',
      messages: filters[at] === undefined ? ('all' as const) : ('some' as const),
    })),
    ...(deadLetterOf?.subscribe ?? []).map((definition) => ({
      definition,
      relation: 'keeps what is not delivered by the topic',
    })),
  ],
  details: ({ fifo, visibilityMs, retentionMs }) => ({ fifo: fifo !== undefined, visibilityMs, retentionMs }),
  drivers: {
    sqs: {
      binding: {
        value: 'url',
        pattern: /^https?:\/\/[^\s/?#]+(\/\S*)?$/,
        expected: 'the URL of a queue',
      },
      modules: ['@twelvefold/backing/sqs-sender'],
      source: {
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
        // Poison goes to the dead-letter queue at once.
        companionActions: () => ({ deadLetter: ['sqs:SendMessage'] }),
        trigger: ({ visibilityMs, deadLetter }) => ({
          kind: 'queue',
          visibilitySeconds: visibilityMs / 1_000,
          ...(deadLetter ? { maxReceives: deadLetter.maxReceives } : {}),
        }),
        modules: {
          poll: ['@twelvefold/backing/internal/sqs-poller'],
          receive: ['@twelvefold/backing/internal/sqs-events'],
        },
        poll: async (definition, context) => {
          const { createSqsPoller } = await import('@twelvefold/backing/internal/sqs-poller');
          return createSqsPoller(definition, context);
        },
        receive: async (definition, context) => {
          const { createSqsEvents } = await import('@twelvefold/backing/internal/sqs-events');
          return createSqsEvents(definition, context);
        },
      },
      // SQS demands the suffix on queues that keep order, and refuses it on others.
      nameSuffix: ({ fifo }) => (fifo ? '.fifo' : ''),
      infrastructure: template,
      open: async (definition, { target: url, aws, clock, random }) => {
        const { createSqsSender } = await import('@twelvefold/backing/sqs-sender');
        return { client: { ...createSqsSender({ definition, url, aws, clock, random }), ...deadLettersOf(url, aws) } };
      },
    },
  },
};

/** Loaded with the first call: few components look at dead letters. */
function deadLettersOf(url: string, aws: Aws): DeadLetterClient {
  let opened: Promise<DeadLetterClient> | undefined;
  const open = () => {
    opened ??= import('@twelvefold/backing/sqs-dead-letters').then(({ openDeadLetters }) => openDeadLetters(url, aws));
    return opened;
  };
  return {
    async *deadLetters(options) {
      yield* (await open()).deadLetters(options);
    },
    countDeadLetters: async (options) => (await open()).countDeadLetters(options),
    redrive: async (letter, options) => (await open()).redrive(letter, options),
  };
}

/** The dead-letter queue of a FIFO queue must be FIFO too. */
function deadLetterQueue({ name, schema, fifo, subscribe }: QueueDefinition): QueueDefinition {
  const fields = {
    name: `${name}-dead-letter`,
    schema,
    fifo,
    visibilityMs: DEAD_LETTER_VISIBILITY_MS,
    retentionMs: DEAD_LETTER_RETENTION_MS,
    deadLetter: undefined,
    subscribe: [],
    deadLetterOf: { name, subscribe },
    filters: [],
  };
  return makeDefinition(QUEUE, fields) as QueueDefinition; // its types exist in the compiler only
}
