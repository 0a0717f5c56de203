import type { AccessOf, ClientFor } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { NO_DEADLINE } from '@twelvefold/core/internal';
import type { Scope } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import type { RequestContext } from '@twelvefold/lifecycle/internal';
import { createLogger, createMetrics } from '@twelvefold/logging';
import type { Backing, CollectionContext, HttpContext, MessageContext, TaskRun } from '../context.ts';
import type { App } from '../define-app.ts';
import type { TestConfig } from './test-config.ts';
import { testConfig } from './test-config.ts';

/**
 * Every client of an app with all its methods: fits the context of any of its components.
 * @inline
 */
type AllClients<B extends Backing> = { readonly [K in keyof B]: ClientFor<B[K], AccessOf<B[K]>> };

/** @inline */
interface TestContextOptions<C, B extends Backing> {
  /** Fakes by key, each with only the methods that the handler under test calls. */
  backing?: { readonly [K in keyof B]?: Partial<AllClients<B>[K]> };
  /**
   * The part of the config that the handler reads, with plain values in place of secrets.
   * @defaultValue none
   */
  config?: TestConfig<NoInfer<C>>;
  /**
   * The newer config that `ctx.credentialsRefused()` gives, in the same form. @defaultValue nothing
   * newer
   */
  refreshedConfig?: TestConfig<NoInfer<C>>;
  correlationId?: string;
  signal?: AbortSignal;
  /** Milliseconds until the deadline. @defaultValue no deadline */
  deadlineMs?: number;
  /** Facts about the message. @defaultValue a first delivery */
  message?: Partial<MessageContext<C, B>['message']>;
  /** The parameters of a task over a collection. @defaultValue undefined */
  params?: unknown;
  /** Whether a task is to believe that its writes are recorded. @defaultValue false */
  dryRun?: boolean;
  /** Facts about a task's run. @defaultValue the first leg of a run, with fence 1 */
  run?: Partial<TaskRun>;
  /** Facts about an HTTP request. @defaultValue as on a host that knows none of them */
  http?: Partial<RequestContext>;
  /** Aborts when the service is to drain. @defaultValue a signal that never aborts */
  drainSignal?: AbortSignal;
  /** Receives log lines. @defaultValue they are dropped */
  onLog?: (line: string) => void;
  clock?: Clock;
}

/** A queue's visibility unless it says otherwise. */
const DEFAULT_LEASE_MS = 30_000;

/**
 * Makes a context for calling a component's handler in a unit test, with fakes in place of clients.
 * A client, a method or a config key that was not given throws when it is used.
 *
 * @example
 * ```ts
 * const published: unknown[] = [];
 * const publish = async (event: unknown) => ({ messageId: `m-${published.push(event)}` });
 * const config = { pricing: { taxRate: 0.19 } };
 * const ctx = testContext(app, { backing: { events: { publish } }, config });
 * await orderConsumer.handler(order, ctx);
 * ```
 */
export function testContext<C, B extends Backing>(
  app: App<C, B>,
  options: TestContextOptions<C, B> = {},
): MessageContext<C, AllClients<B>> & CollectionContext<C, AllClients<B>> & HttpContext<C, AllClients<B>> {
  const {
    correlationId = 'test',
    signal = new AbortController().signal,
    deadlineMs,
    onLog = () => undefined,
  } = options;
  const clock = options.clock ?? systemClock;
  const deadline = deadlineMs === undefined ? NO_DEADLINE : deadlineIn(deadlineMs, clock);
  const leaseRemaining = () => Math.min(DEFAULT_LEASE_MS, deadline.remainingMs());
  let scope: Scope | undefined;
  // The scope outlives this call on purpose: a test holds it as long as it likes, and nothing needs
  // ending.
  void runInScope({ kind: 'message', component: 'test', correlationId, signal, deadline }, (opened) => {
    scope = opened;
  });
  if (!scope) throw new TypeError('Cannot make a test context: its scope did not open');
  return {
    backing: clientsOf(app, options.backing ?? {}),
    config: testConfig(options.config, app.config) as C, // what is missing throws when it is read
    credentialsRefused: async () =>
      options.refreshedConfig === undefined ? undefined : (testConfig(options.refreshedConfig, app.config) as C),
    signal,
    deadline,
    logger: createLogger({ service: app.name, level: 'DEBUG', write: onLog, env: {} }),
    metrics: createMetrics({ namespace: app.name, service: app.name, write: onLog }),
    correlationId,
    scope,
    http: { sourceAddress: undefined, claims: undefined, stage: undefined, ...options.http },
    drainSignal: options.drainSignal ?? new AbortController().signal,
    params: options.params,
    dryRun: options.dryRun ?? false,
    run: {
      id: 'test',
      leg: 1,
      enqueuedAt: new Date(clock.now()).toISOString(),
      fence: { token: 1 },
      pace: { consumed: () => {}, throttled: () => {} },
      ...options.run,
    },
    message: {
      messageId: 'test',
      receiveCount: 1,
      sentAtMs: clock.now(),
      attributes: {},
      leaseRemaining,
      ...options.message,
    },
    leaseRemaining: options.message?.leaseRemaining ?? leaseRemaining,
  };
}

function clientsOf<B extends Backing>(
  app: { backing: B },
  fakes: Readonly<Record<string, object | undefined>>,
): AllClients<B> {
  const clients = Object.keys(app.backing).map((key) => {
    const hint = `testContext(app, { backing: { ${key}: { ... } } })`;
    return [key, fakes[key] ? strict(fakes[key], key, hint) : absent(`backing.${key}`, hint)];
  });
  return Object.fromEntries(clients) as AllClients<B>; // one entry per key of the app's backing
}

/** An object on which every read throws. */
function absent(what: string, hint: string): object {
  return strict({}, what, hint);
}

function strict(target: object, what: string, hint: string): object {
  return new Proxy(target, {
    get: (object, property, receiver) => {
      if (Reflect.has(object, property) || typeof property === 'symbol') return Reflect.get(object, property, receiver);
      throw new TypeError(`Cannot use ${what}.${property} in this test: give it as ${hint}`);
    },
  });
}
