import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '@twelvefold/lifecycle';
import { durationMs } from '@twelvefold/lifecycle';
import type { Definition } from '../definition.ts';
import { assertKnownOptions, assertName } from '../definition.ts';
import type { TopicDefinition } from '../topic/definition.ts';

export interface QueueOptions<S extends StandardSchemaV1> {
  /** What a message is; checked before it is sent and before it is handled. */
  schema: S;
  /** How long a received message stays hidden. SQS: 0 s to 12 h. @defaultValue '30s' */
  visibility?: Duration;
  /** Where a message goes after `maxReceives` (1 to 1000) failed receives. @defaultValue `{ maxReceives: 5 }` */
  deadLetter?: { maxReceives: number } | false;
  /** Topics whose messages arrive here. The wire carries a schema's input, so the topic's input must fit this queue's. */
  subscribe?: ReadonlyArray<TopicDefinition<StandardSchemaV1<StandardSchemaV1.InferInput<S>, unknown>>>;
}

export interface QueueDefinition<S extends StandardSchemaV1 = StandardSchemaV1> extends Definition<'queue'> {
  readonly schema: S;
  readonly visibilityMs: number;
  readonly deadLetter: { readonly maxReceives: number } | undefined;
  readonly subscribe: readonly TopicDefinition[];
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
export function queue<S extends StandardSchemaV1>(name: string, options: QueueOptions<S>): QueueDefinition<S> {
  assertName('queue', name);
  assertKnownOptions(`queue '${name}'`, options, ['schema', 'visibility', 'deadLetter', 'subscribe']);
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
  return Object.freeze({
    kind: 'queue',
    name,
    schema: options.schema,
    visibilityMs,
    deadLetter,
    subscribe: options.subscribe ?? [],
  });
}
