import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';
import type { Fifo, FifoOptions } from '../message/fifo.ts';
import { fifoFrom } from '../message/fifo.ts';
import type { TopicDefinition } from '../topic/definition.ts';
import type { FilterPolicy, Subscribable } from '../topic/subscription.ts';
import type { Fits } from './fits.ts';

export interface QueueOptions<S extends StandardSchemaV1, T extends readonly Subscribable[] = readonly Subscribable[]> {
  /** What a message is; checked before it is sent and before it is handled. */
  schema: S;
  /**
   * Keeps order within a group: one message of a group is handled at a time, groups side by side, and a message that comes again holds up the
   * rest of its group. @defaultValue false
   */
  fifo?: boolean | FifoOptions<StandardSchemaV1.InferInput<S>>;
  /** How long a received message stays hidden. SQS: 0 s to 12 h. @defaultValue '30s' */
  visibility?: Duration;
  /** Where a message goes after `maxReceives` (1 to 1000) failed receives. @defaultValue `{ maxReceives: 5 }` */
  deadLetter?: { maxReceives: number } | false;
  /**
   * Topics whose messages arrive here, or a part of them: `filtered(topic, ...)`. The wire carries a schema's input, so the topic's input must
   * fit this queue's.
   */
  subscribe?: T & Fits<T, S>;
}

export interface QueueDefinition<S extends StandardSchemaV1 = StandardSchemaV1> extends Definition<'queue'> {
  readonly schema: S;
  readonly fifo: Fifo | undefined;
  readonly visibilityMs: number;
  readonly deadLetter: { readonly maxReceives: number } | undefined;
  readonly subscribe: readonly TopicDefinition[];
  /** What passes of each topic of `subscribe`, by its place there; `undefined` for all of it. */
  readonly filters: ReadonlyArray<FilterPolicy | undefined>;
}

/** SQS allows 0 s to 12 h. */
const MAX_VISIBILITY_MS = 12 * 3_600_000;

/**
 * Declares a queue. No I/O happens here.
 *
 * @throws TypeError or RangeError for a name, an option or a limit that SQS would refuse.
 * @example
 * ```ts
 * const orders = queue('orders', { schema: z.object({ sku: z.string() }), deadLetter: { maxReceives: 5 } });
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
  return Object.freeze({
    kind: 'queue',
    name,
    schema: options.schema,
    fifo,
    visibilityMs,
    deadLetter,
    subscribe: Object.freeze(subscribe),
    filters: Object.freeze(subscriptions.map((one) => (one.kind === 'topic' ? undefined : one.filter))),
  });
}
