import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { CollectionPolicy } from '@twelvefold/admin/internal';
import type { ConfigDefinition } from '@twelvefold/config';
import type { Backing, CollectionContext, HttpContext, MessageContext } from './context.ts';

/** The part of an app that running its components needs. */
export interface AppIdentity {
  readonly name: string;
  readonly config: ConfigDefinition | undefined;
  readonly backing: Backing;
}

/** `uses` of any component. */
export type AnyUses = Readonly<Record<string, readonly string[] | undefined>>;

interface ComponentBase<Kind extends string> {
  readonly kind: Kind;
  /** Names the component in logs, metrics, user agents and, behind app and stage, its function. */
  readonly name: string;
  readonly app: AppIdentity;
  readonly uses: AnyUses;
}

/** An HTTP front: any router's `fetch`. */
export interface HttpComponent<C = never, Clients = never> extends ComponentBase<'http'> {
  /** Milliseconds for an answer; undefined leaves it to the host. */
  readonly timeoutMs: number | undefined;
  /** Taken away from the beginning of paths; undefined for none. */
  readonly basePath: string | undefined;
  /** Proxies in front of a service that append to `X-Forwarded-For`. */
  readonly proxies: number;
  /** Answers are streamed on Lambda. */
  readonly streaming: boolean;
  readonly handler: (request: Request, ctx: HttpContext<C, Clients>) => Response | Promise<Response>;
}

/** The one consumer of a source, e.g. of a queue. */
export interface ConsumerComponent<Message = never, C = never, Clients = never> extends ComponentBase<'consumer'> {
  /** The key in `backing` of the resource that it consumes. */
  readonly source: string;
  /** Messages handled at the same time, per process. */
  readonly concurrency: number;
  readonly handler: (message: Message, ctx: MessageContext<C, Clients>) => Promise<void>;
}

/** An admin task, run from the command line or by direct invoke. */
export interface TaskComponent<Input = never, Result = unknown, C = never, Clients = never>
  extends ComponentBase<'task'> {
  readonly description: string | undefined;
  readonly params: StandardSchemaV1;
  /** Schedules, concurrency and the like. */
  readonly policy: CollectionPolicy;
  /** The records of a task over a collection; undefined for a task in one call. */
  readonly over: ((params: never, ctx: CollectionContext<C, Clients>) => unknown) | undefined;
  /** Gets the parameters, or a record of the collection. */
  readonly handler: (input: Input, ctx: CollectionContext<C, Clients>) => Result;
}

/**
 * Any component. Its handler's parameters are `never` here: only the runtime, which makes their
 * context, calls it.
 */
export type Component = HttpComponent | ConsumerComponent | TaskComponent;
