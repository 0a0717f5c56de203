import type { RunInfo } from '@twelvefold/admin/internal';
import type { Definition } from '@twelvefold/backing';
import type { AccessOf, ClientFor, MessageInfo } from '@twelvefold/backing/internal';
import type { ConfigDefinition } from '@twelvefold/config';
import type { ConfigPath, PickConfig } from '@twelvefold/config/internal';
import type { Deadline } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import type { RequestContext } from '@twelvefold/lifecycle/internal';
import type { Logger, Metrics } from '@twelvefold/logging';

/** The backing services that an app declares, by key. */
export type Backing = Readonly<Record<string, Definition>>;

/**
 * The resources that a component uses, each with its accesses, and the sections and keys of the
 * config that it reads: its types, its clients, what it loads and its IAM are made of them.
 */
export type Uses<B extends Backing, C = unknown> = {
  readonly [K in keyof B]?: ReadonlyArray<AccessOf<B[K]>>;
} & { readonly config?: ReadonlyArray<ConfigPath<C>> };

/** The part of the config that `uses` names; empty without one. */
export type UsedConfig<C, U> = U extends { readonly config: ReadonlyArray<infer P extends string> }
  ? PickConfig<C, P>
  : Record<never, never>;

/** Turns a key that `backing` does not have into an error that names it. */
export type OnlyDeclared<B extends Backing, U, C = unknown> = {
  readonly [K in keyof U]: K extends 'config'
    ? ReadonlyArray<ConfigPath<C>>
    : K extends keyof B
      ? ReadonlyArray<AccessOf<B[K]>>
      : `'${K & string}' is not declared in backing`;
};

/**
 * The clients that `uses` names, each with only the methods of the named accesses. A condition that
 * always holds keeps the compiler's errors to the clients: it would print this type's name with the
 * whole of `backing` instead.
 */
export type BoundClients<B extends Backing, U> = U extends unknown
  ? {
      readonly [K in keyof U & keyof B]: U[K] extends ReadonlyArray<infer A>
        ? ClientFor<B[K], Extract<A, AccessOf<B[K]>>>
        : never;
    }
  : never;

/** The second argument of every handler. */
export interface Context<C, Clients> {
  /** The clients that `uses` names; nothing else exists here. */
  readonly backing: Clients;
  /** The part of the config that `uses` names, the same snapshot throughout one invocation. */
  readonly config: C;
  /**
   * Says that a backing service refused the credentials in `config`. Config is refreshed, once for
   * all who say so at that time, and the newer snapshot comes back: try once more with it.
   * `undefined` when there is none, five seconds later. `config` stays as it is.
   */
  readonly credentialsRefused: () => Promise<C | undefined>;
  /**
   * Aborts when the work should end early: deadline near, lease lost, drain forced, client gone.
   */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** Carries the correlation id and the keys appended in this invocation. */
  readonly logger: Logger;
  /** This invocation's own metrics, published at its end. */
  readonly metrics: Metrics;
  readonly correlationId: string;
  readonly scope: Scope;
}

/** The context of an HTTP handler. */
export interface HttpContext<C, Clients> extends Context<C, Clients> {
  /**
   * Facts about the request that only the host has: source address, claims of an authorizer, stage.
   * The same shape on every host.
   */
  readonly http: RequestContext;
  /**
   * Aborts when the service begins to drain: a response without an end, e.g. an event stream, ends
   * then.
   */
  readonly drainSignal: AbortSignal;
}

/** The run that a task works in. */
export interface TaskRun extends Pick<RunInfo, 'id' | 'leg' | 'enqueuedAt' | 'fence'> {
  /**
   * Counts capacity that the task consumed by other means than `backing` towards its `throttle`.
   */
  readonly pace: RunInfo['pace'];
}

/** The context of a task's handler. */
export interface TaskContext<C, Clients, Params = unknown> extends Context<C, Clients> {
  readonly params: Params;
  /** True when writes through `backing` are recorded instead of made. */
  readonly dryRun: boolean;
  /** Undefined for an app that keeps no records of runs. */
  readonly run: TaskRun | undefined;
}

/** The context of a task over a collection: its run always has one. */
export interface CollectionContext<C, Clients, Params = unknown> extends TaskContext<C, Clients, Params> {
  readonly run: TaskRun;
}

/** The context of a consumer's handler. */
export interface MessageContext<C, Clients> extends Context<C, Clients> {
  readonly message: MessageInfo;
  /**
   * Milliseconds until SQS may give the message to another consumer; a service extends it, 12 hours
   * in all.
   */
  leaseRemaining(): number;
}

/**
 * The context of a handler that declares `uses` on `app`: for code that is written apart from its
 * component.
 */
export type ContextFor<A, U> = A extends {
  config: ConfigDefinition<infer C> | undefined;
  backing: infer B extends Backing;
}
  ? Context<UsedConfig<C, U>, BoundClients<B, U>>
  : never;
