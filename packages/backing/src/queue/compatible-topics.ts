import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { MessageThrough, Subscribable } from '../topic/subscription.ts';

/** Fields of `Wanted` that messages `Given` lack or have with another type. */
type IncompatibleFields<Given, Wanted> = {
  [K in keyof Wanted]-?: K extends keyof Given
    ? Given[K] extends Wanted[K]
      ? never
      : K
    : undefined extends Wanted[K]
      ? never
      : K;
}[keyof Wanted] &
  string;

/**
 * Topics as they are when what arrives through them fits a queue's schema, else a text that says
 * what does not: it ends up in the compiler's error. The wire carries a schema's input, so inputs
 * are compared.
 */
export type CompatibleTopics<T extends readonly Subscribable[], S extends StandardSchemaV1> = {
  readonly [I in keyof T]: [MessageThrough<T[I]>] extends [StandardSchemaV1.InferInput<S>]
    ? T[I]
    : [IncompatibleFields<MessageThrough<T[I]>, StandardSchemaV1.InferInput<S>>] extends [never]
      ? "the topic's messages do not fit the queue's schema"
      : `the topic's messages do not fit the queue's schema: field '${IncompatibleFields<MessageThrough<T[I]>, StandardSchemaV1.InferInput<S>>}'`;
};
