import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { IdempotencyStoreDefinition } from './idempotency/definition.ts';
import type { IdempotencyWriter } from './idempotency/port.ts';
import type { QueueDefinition } from './queue/definition.ts';
import type { QueueSender } from './queue/port.ts';
import type { SessionStoreDefinition } from './sessions/definition.ts';
import type { SessionReader, SessionWriter } from './sessions/port.ts';
import type { TableDefinition } from './table/definition.ts';
import type { KeyOf } from './table/key-of.ts';
import type { TableReader, TableWriter } from './table/port.ts';
import type { TopicDefinition } from './topic/definition.ts';
import type { TopicPublisher } from './topic/port.ts';

/** Any resource that an app can declare. */
export type ResourceDefinition =
  | QueueDefinition
  | TopicDefinition
  | TableDefinition
  | SessionStoreDefinition
  | IdempotencyStoreDefinition;

type InferIn<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferInput<S> : never;
type InferOut<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<S> : never;

/**
 * What each kind of resource offers, access by access. No access contains another: a session's `touch` is a write that
 * returns the session, so a request with a rolling session needs `write` alone and `load` stays with `read`.
 */
export type FacetsOf<D> = D extends { kind: 'queue'; schema: infer S }
  ? { send: QueueSender<InferIn<S>> }
  : D extends { kind: 'topic'; schema: infer S }
    ? { publish: TopicPublisher<InferIn<S>> }
    : D extends TableDefinition<infer S, infer P, infer K>
      ? { read: TableReader<InferOut<S>, KeyOf<P, K>>; write: TableWriter<InferOut<S>, KeyOf<P, K>> }
      : D extends { kind: 'sessions'; schema: infer S }
        ? { read: SessionReader<InferOut<S>>; write: SessionWriter<InferOut<S>> }
        : D extends { kind: 'idempotency' }
          ? { write: IdempotencyWriter }
          : never;

/** The accesses that can be asked of a resource, e.g. `'read' | 'write'` for a table. */
export type AccessOf<D> = D extends unknown ? keyof FacetsOf<D> & string : never;

type Intersect<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** The client of a resource, with only the methods of the named accesses. */
export type ClientFor<D, A extends AccessOf<D>> = Intersect<FacetsOf<D>[A & keyof FacetsOf<D>]>;
