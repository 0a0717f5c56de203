import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Definition } from '../definition.ts';
import { assertKnownOptions, assertName } from '../definition.ts';

export interface TopicOptions<S extends StandardSchemaV1> {
  /** What a message is; checked before it is published. */
  schema: S;
}

export interface TopicDefinition<S extends StandardSchemaV1 = StandardSchemaV1> extends Definition<'topic'> {
  readonly schema: S;
}

/**
 * Declares a topic. No I/O happens here.
 *
 * @example
 * ```ts
 * const events = topic('order-events', { schema: z.object({ orderId: z.string() }) });
 * ```
 */
export function topic<S extends StandardSchemaV1>(name: string, options: TopicOptions<S>): TopicDefinition<S> {
  assertName('topic', name);
  assertKnownOptions(`topic '${name}'`, options, ['schema']);
  return Object.freeze({ kind: 'topic', name, schema: options.schema });
}
