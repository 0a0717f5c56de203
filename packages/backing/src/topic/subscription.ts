import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TopicDefinition } from './topic.ts';

/** A value that SNS compares an attribute with, as in its filter policies. */
export type FilterCondition =
  | string
  | { readonly prefix: string }
  | { readonly 'anything-but': readonly string[] }
  | { readonly numeric: ReadonlyArray<string | number> };

/** An SNS filter policy on message attributes: every field must meet one of its conditions. */
export type FilterPolicy = Readonly<Record<string, readonly FilterCondition[]>>;

/** A part of a topic's messages, for `subscribe`. `M` is what passes. */
export interface TopicSubscription<M = unknown> {
  readonly kind: 'subscription';
  readonly topic: TopicDefinition;
  readonly filter: FilterPolicy;
  /** Never present: carries the type of the messages that pass. */
  readonly message?: M;
}

/** An entry of `subscribe`. */
export type Subscribable = TopicDefinition | TopicSubscription;

/** The messages that arrive through a subscription, as they are on the wire. */
export type MessageThrough<T> =
  T extends TopicSubscription<infer M>
    ? M
    : T extends { kind: 'topic'; schema: infer S extends StandardSchemaV1 }
      ? StandardSchemaV1.InferInput<S>
      : never;
