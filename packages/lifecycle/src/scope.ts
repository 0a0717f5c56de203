import { AsyncLocalStorage } from 'node:async_hooks';
import { correlationIdFrom } from './correlation.ts';
import type { Deadline } from './deadline.ts';
import { NO_DEADLINE } from './deadline.ts';
import { openTelemetry } from './otel/open-telemetry.ts';
import type { Span, SpanInit } from './otel/span.ts';
import { startSpan } from './otel/span.ts';
import type { TraceContext } from './trace.ts';
import { traceFrom } from './trace.ts';

/** What kind of work a scope surrounds. */
export type ScopeKind = 'http' | 'message' | 'task' | 'schedule' | 'invoke';

/** A typed slot in a scope, made by {@link scopeKey}. Packages use slots to hang their own things on a scope. */
export interface ScopeKey<T> {
  readonly name: string;
  readonly id: symbol;
  /** Never present at run time: carries the slot's type. */
  readonly type?: T;
}

/** One invocation: an HTTP request, a message, a scheduled run or an admin task. */
export interface Scope {
  readonly kind: ScopeKind;
  /** The component that is running, e.g. `orders`. */
  readonly component: string;
  /** Ties everything that one outside request caused; carried on by outgoing messages and requests. */
  readonly correlationId: string;
  /** To be carried on: the trace headers as they came in; where an OpenTelemetry tracer is registered, with this scope's own span. */
  readonly trace: Readonly<TraceContext>;
  /** Aborts when the work should end early: deadline near, lease lost, drain forced, client gone. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** True when the flow was chosen to be logged in detail, here or before; travels with the correlation id. Set by a logger that samples. */
  sampled?: boolean;
  /** True once the work has thrown; what `onEnd` registered can ask. */
  readonly failed?: boolean;
  get<T>(key: ScopeKey<T>): T | undefined;
  set<T>(key: ScopeKey<T>, value: T): void;
  /**
   * Runs when the scope ends, in reverse order of registration, whether the work failed or not; a microtask later when it has
   * ended: work that was not awaited still gets its metrics out.
   */
  onEnd(callback: () => void | Promise<void>): void;
}

export interface ScopeInit {
  kind: ScopeKind;
  component: string;
  /** Accepted when well formed (see {@link correlationIdFrom}), replaced by a new one otherwise. */
  correlationId?: string | undefined;
  /** What is well formed of it is carried on, the rest is dropped. */
  trace?: TraceContext | undefined;
  /** Whoever caused this work logs its flow in detail. @defaultValue false */
  sampled?: boolean | undefined;
  /** The work's signal, or what makes it when somebody asks: a signal costs more than the rest of a scope. */
  signal?: AbortSignal | (() => AbortSignal) | undefined;
  deadline?: Deadline | undefined;
  /** What the scope's span says; asked for only where an OpenTelemetry tracer is registered. @defaultValue kind and component */
  span?: (() => SpanInit) | undefined;
}

const storage = new AsyncLocalStorage<Scope>();
const neverAborted = new AbortController().signal;

/** Makes a typed slot. `name` is for people; two keys with one name are still two slots. */
export function scopeKey<T>(name: string): ScopeKey<T> {
  return { name, id: Symbol(name) };
}

/** The scope of the running work, or `undefined` outside of one. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/**
 * Runs `work` inside a new scope. Scopes may overlap and nest; each sees only its own slots.
 *
 * Callbacks registered with `onEnd` run before the promise settles. The work's own error wins over an error in a
 * callback; callbacks' errors alone reject with an `AggregateError`.
 *
 * @example
 * ```ts
 * await runInScope({ kind: 'task', component: 'report' }, async (scope) => {
 *   console.log(scope.correlationId);
 * });
 * ```
 */
export function runInScope<T>(init: ScopeInit, work: (scope: Scope) => T | Promise<T>): Promise<T> {
  const scope = new WorkScope(init);
  if (openTelemetry() !== undefined) return runTraced(scope, init, work);
  return storage.run(scope, runWork<T>, scope, work);
}

const SPAN = scopeKey<Span>('span');

/** The scope's span, where an OpenTelemetry tracer is registered. */
export function scopeSpan(scope: Scope): Span | undefined {
  return scope.get(SPAN);
}

async function runTraced<T>(scope: WorkScope, init: ScopeInit, work: (scope: Scope) => T | Promise<T>): Promise<T> {
  const span = startSpan(() => init.span?.() ?? plainSpan(init), scope.trace);
  if (!span) return storage.run(scope, runWork<T>, scope, work);
  scope.set(SPAN, span);
  scope.continueFrom(span.trace);
  try {
    return await span.run(() => storage.run(scope, runWork<T>, scope, work));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

function plainSpan({ kind, component }: ScopeInit): SpanInit {
  return { name: `${kind} ${component}`, kind: 'internal', attributes: { 'twelvefold.component': component } };
}

async function runWork<T>(scope: WorkScope, work: (scope: Scope) => T | Promise<T>): Promise<T> {
  try {
    const result = await work(scope);
    const endings = scope.end();
    if (endings === undefined) return result;
    const errors = await runEndings(endings);
    if (errors.length > 0) throw new AggregateError(errors, 'Cannot end scope cleanly: an onEnd callback failed');
    return result;
  } catch (error) {
    scope.failed = true;
    await runEndings(scope.end() ?? []);
    throw error;
  }
}

type Ending = () => void | Promise<void>;

/** A class, with everything made when it is first asked for: there is one per message, and most handlers ask for nothing. */
class WorkScope implements Scope {
  readonly kind: ScopeKind;
  readonly component: string;
  readonly deadline: Deadline;
  sampled: boolean;
  failed = false;
  readonly #init: ScopeInit;
  #correlationId: string | undefined;
  #trace: Readonly<TraceContext> | undefined;
  #signal: AbortSignal | undefined;
  #slots: Map<symbol, unknown> | undefined;
  #endings: Ending[] | undefined;
  #ended = false;

  constructor(init: ScopeInit) {
    this.kind = init.kind;
    this.component = init.component;
    this.deadline = init.deadline ?? NO_DEADLINE;
    this.sampled = init.sampled ?? false;
    this.#init = init;
  }

  get correlationId(): string {
    this.#correlationId ??= correlationIdFrom(this.#init.correlationId);
    return this.#correlationId;
  }

  get trace(): Readonly<TraceContext> {
    this.#trace ??= traceFrom(this.#init.trace);
    return this.#trace;
  }

  /** What is sent on names this trace from here on. */
  continueFrom(trace: TraceContext): void {
    this.#trace = trace;
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const { signal = neverAborted } = this.#init;
      this.#signal = typeof signal === 'function' ? signal() : signal;
    }
    return this.#signal;
  }

  get<V>(key: ScopeKey<V>): V | undefined {
    return this.#slots?.get(key.id) as V | undefined; // set() is the only writer and takes V
  }

  set<V>(key: ScopeKey<V>, value: V): void {
    this.#slots ??= new Map();
    this.#slots.set(key.id, value);
  }

  onEnd(callback: Ending): void {
    this.#endings ??= [];
    const endings = this.#endings;
    endings.push(callback);
    if (this.#ended) queueMicrotask(() => void runEndings(endings));
  }

  /** From here on what is registered runs by itself; returns what was registered before. */
  end(): Ending[] | undefined {
    this.#ended = true;
    return this.#endings;
  }
}

async function runEndings(endings: Ending[]): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (let ending = endings.pop(); ending; ending = endings.pop()) {
    try {
      await ending();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}
