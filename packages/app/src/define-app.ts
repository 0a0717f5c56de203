import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Collection } from '@twelvefold/admin';
import type { CollectionPolicy, TaskPolicy } from '@twelvefold/admin/internal';
import type { Definition } from '@twelvefold/backing';
import type { SourceDefinition } from '@twelvefold/backing/internal';
import type { ConfigDefinition } from '@twelvefold/config';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertApp, assertConsumer, assertHttp, assertTask } from './assert-definitions.ts';
import type { ConsumerComponent, HttpComponent, TaskComponent } from './component.ts';
import type {
  Backing,
  BoundClients,
  CollectionContext,
  HttpContext,
  MessageContext,
  OnlyDeclared,
  TaskContext,
  UsedConfig,
  Uses,
} from './context.ts';
import { kebabCase } from './names.ts';
import { runsKey } from './task-runs.ts';

export interface AppOptions<C, B extends Backing> {
  /**
   * Lower-case words joined by hyphens, at most 20 characters: it becomes part of every physical
   * name.
   */
  name: string;
  config?: ConfigDefinition<C>;
  /**
   * The attached resources. The key is a resource's identity in types and bindings; `config` is
   * reserved for `uses`.
   */
  backing?: B;
}

export interface HttpOptions {
  /** Names the component. @defaultValue 'http' */
  name?: string;
  /** For an answer. @defaultValue 30 s, or the function's own less its reserve */
  timeout?: Duration;
  /**
   * Taken away from the beginning of paths: the base path of a custom domain, or of a rule of a
   * load balancer. @defaultValue none
   */
  basePath?: string;
  /**
   * Proxies in front of a service that append to `X-Forwarded-For`: 1 behind a load balancer, 2
   * with a CDN before it. Decides `ctx.http.sourceAddress`; with 0 it is the other end of the
   * connection. @defaultValue 0
   */
  proxies?: number;
  /**
   * Streams each answer on Lambda instead of returning it whole: the first byte leaves as it is
   * made, and an answer may have 200 MB. The function stands behind a function URL of mode
   * `RESPONSE_STREAM` (as the constructs make it) or a REST API of mode `STREAM`; no other front
   * reads such answers. Without effect on a service, which streams always. @defaultValue false
   */
  streaming?: boolean;
}

/** A message of a source, as its handler gets it. */
/** Options of every task. */
interface TaskBase<S extends StandardSchemaV1, U> {
  /** Shape of the parameters: an object. They are flags on the command line, and JSON elsewhere. */
  params: S;
  uses: U;
  description?: string;
  /** Parameters that no record, list or log shows. @defaultValue none */
  secretParams?: ReadonlyArray<keyof StandardSchemaV1.InferOutput<S> & string>;
}

type MessageOf<D> = D extends SourceDefinition<infer Message> ? Message : never;

/** An app: its resources and config, and the ways to declare components on them. */
export interface App<C, B extends Backing> {
  readonly name: string;
  readonly config: ConfigDefinition<C> | undefined;
  readonly backing: B;

  /**
   * Declares the HTTP front. `handler` is any `(Request, ctx) => Response`. After `timeout`,
   * `ctx.signal` aborts and a handler that goes on is answered for with 504, on every host.
   */
  http<const U extends Uses<B, C>>(
    options: { uses: U & OnlyDeclared<B, U, C> } & HttpOptions,
    handler: (request: Request, ctx: HttpContext<UsedConfig<C, U>, BoundClients<B, U>>) => Response | Promise<Response>,
  ): HttpComponent<UsedConfig<C, U>, BoundClients<B, U>>;

  /**
   * Declares the consumer of `key`, a queue or another source. It acknowledges by returning; throw
   * `Retry`, `Poison` or `Drop` to decide otherwise, anything else is retried with back-off.
   */
  // Not a separate type: the compiler would print its name where it now lists the sources.
  consumer<
    K extends { [Q in keyof B]: 'messages' extends keyof B[Q] ? Q : never }[keyof B] & string,
    const U extends Uses<B, C>,
  >(
    key: K,
    options: { uses: U & OnlyDeclared<B, U, C>; concurrency?: number },
    handler: (message: MessageOf<B[K]>, ctx: MessageContext<UsedConfig<C, U>, BoundClients<B, U>>) => Promise<void>,
  ): ConsumerComponent<MessageOf<B[K]>, UsedConfig<C, U>, BoundClients<B, U>>;

  /**
   * Declares an admin task over a collection: `over` gives the records, and the handler works on
   * one. The task stops behind any record and goes on there, on this host or another. It needs
   * `taskRuns()` in `backing`.
   */
  task<S extends StandardSchemaV1, const U extends Uses<B, C>, T>(
    name: string,
    options: TaskBase<S, U & OnlyDeclared<B, U, C>> &
      Omit<CollectionPolicy, 'secretParams'> & {
        over: (
          params: StandardSchemaV1.InferOutput<S>,
          ctx: CollectionContext<UsedConfig<C, U>, BoundClients<B, U>, StandardSchemaV1.InferOutput<S>>,
        ) => Collection<T> | Promise<Collection<T>>;
      },
    handler: (
      record: T,
      ctx: CollectionContext<UsedConfig<C, U>, BoundClients<B, U>, StandardSchemaV1.InferOutput<S>>,
    ) => unknown,
  ): TaskComponent<T, unknown, UsedConfig<C, U>, BoundClients<B, U>>;

  /** Declares an admin task that does its work in one call. */
  task<S extends StandardSchemaV1, const U extends Uses<B, C>, R>(
    name: string,
    options: TaskBase<S, U & OnlyDeclared<B, U, C>> & Omit<TaskPolicy, 'secretParams'> & { over?: never },
    handler: (
      params: StandardSchemaV1.InferOutput<S>,
      ctx: TaskContext<UsedConfig<C, U>, BoundClients<B, U>, StandardSchemaV1.InferOutput<S>>,
    ) => Promise<R>,
  ): TaskComponent<StandardSchemaV1.InferOutput<S>, Promise<R>, UsedConfig<C, U>, BoundClients<B, U>>;
}

/**
 * Declares an app. Plain data: no I/O, no environment, no SDK.
 *
 * @throws TypeError listing everything that is wrong with the declaration.
 * @example
 * ```ts
 * const backing = { orders: queue('orders', { schema: Order }) };
 * export const app = defineApp({ name: 'orders', config, backing });
 * ```
 */
export function defineApp<C = Record<never, never>, const B extends Record<string, Definition> = Record<never, never>>(
  options: AppOptions<C, B>,
): App<C, B> {
  assertApp(options);
  const backing = Object.freeze({ ...options.backing }) as B; // a frozen copy with the very same keys
  const defineTask = (
    name: string,
    taskOptions: Pick<TaskComponent, 'params' | 'uses' | 'over'> & CollectionPolicy & { description?: string },
    handler: TaskComponent['handler'],
  ) => {
    assertTask(app, name, taskOptions, handler);
    const { params, uses, description, over, ...policy } = taskOptions;
    const key = runsKey(app);
    const recorded = key === undefined ? uses : { ...uses, [key]: [...new Set([...(uses[key] ?? []), 'run'])] };
    return Object.freeze({
      kind: 'task',
      name,
      app,
      params,
      uses: recorded,
      description,
      over,
      policy,
      handler,
    }) as never;
  };
  const app: App<C, B> = {
    name: options.name,
    config: options.config,
    backing,
    http: (httpOptions, handler) => {
      assertHttp(app, httpOptions, handler);
      const { uses, name = 'http', timeout, basePath, proxies = 0, streaming = false } = httpOptions;
      const timeoutMs = timeout === undefined ? undefined : durationMs(timeout);
      return Object.freeze({ kind: 'http', name, app, uses, timeoutMs, basePath, proxies, streaming, handler });
    },
    consumer: (key, consumerOptions, handler) => {
      assertConsumer(app, key, consumerOptions, handler);
      const { uses, concurrency = 10 } = consumerOptions;
      return Object.freeze({ kind: 'consumer', name: kebabCase(key), app, source: key, uses, concurrency, handler });
    },
    task: defineTask as App<C, B>['task'], // as its overloads have it, which narrow what it takes
  };
  return Object.freeze(app);
}
