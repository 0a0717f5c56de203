import type { Deadline } from '@twelvefold/core';
import { builtin, NO_DEADLINE } from '@twelvefold/core/internal';
import { correlationIdFrom } from './correlation.ts';
import { openTelemetry } from './otel/open-telemetry.ts';
import type { Span, SpanInit } from './otel/span.ts';
import { startSpan } from './otel/span.ts';
import type { TraceContext } from './trace.ts';
import { traceFrom } from './trace.ts';

/** The kind of work that a scope surrounds. */
export type ScopeKind = 'http' | 'message' | 'task' | 'schedule' | 'invoke';

/**
 * A typed slot in a scope, made by {@link scopeKey}. Packages use slots to hang their own things on
 * a scope.
 */
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
  /**
   * Ties everything that one outside request caused; carried on by outgoing messages and requests.
   */
  readonly correlationId: string;
  /**
   * To be carried on: the trace headers as they came in; where an OpenTelemetry tracer is
   * registered, with this scope's own span.
   */
  readonly trace: Readonly<TraceContext>;
  /**
   * Aborts when the work should end early: deadline near, lease lost, drain forced, client gone.
   */
  readonly signal: AbortSignal;
  /**
   * Aborts when the host begins to drain: work without an end, e.g. an event stream, ends then.
   * Never aborts on Lambda.
   */
  readonly drainSignal: AbortSignal;
  readonly deadline: Deadline;
  /**
   * True when the flow was chosen to be logged in detail, here or before; travels with the
   * correlation id. Set by a logger that samples.
   */
  sampled?: boolean;
  /** True once the work has thrown; what `onEnd` registered can ask. */
  readonly failed?: boolean;
  get<T>(key: ScopeKey<T>): T | undefined;
  set<T>(key: ScopeKey<T>, value: T): void;
  /**
   * Runs when the scope ends, in reverse order of registration, whether the work failed or not; a
   * microtask later when it has ended: work that was not awaited still gets its metrics out.
   */
  onEnd(callback: () => void | Promise<void>): void;
}

export interface ScopeInit {
  kind: ScopeKind;
  component: string;
  /** Accepted when well formed (see {@link correlationIdFrom}), replaced by a new one otherwise. */
  correlationId?: string | undefined;
  /** Its well-formed fields are carried on, the others are dropped. */
  trace?: TraceContext | undefined;
  /** Set if the caller logs this flow in detail. @defaultValue false */
  sampled?: boolean | undefined;
  /**
   * The work's signal, or a function that makes it at the first read: a signal costs more than the
   * rest of a scope.
   */
  signal?: AbortSignal | (() => AbortSignal) | undefined;
  /** @defaultValue a signal that never aborts */
  drainSignal?: AbortSignal | undefined;
  deadline?: Deadline | undefined;
  /**
   * The description of the scope's span; called only where an OpenTelemetry tracer is registered.
   * @defaultValue kind and component
   */
  span?: (() => SpanInit) | undefined;
}

const { AsyncLocalStorage } = builtin('node:async_hooks');
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
 * Callbacks registered with `onEnd` run before the promise settles. The work's own error wins over
 * an error in a callback; callbacks' errors alone reject with an `AggregateError`.
 *
 * @example
 * ```ts
 * await runInScope({ kind: 'task', component: 'report' }, async (scope) => {
 *   console.log(scope.correlationId);
 * });
 * ```
 */
export function runInScope<T>(init: ScopeInit, work: (scope: Scope) => T | Promise<T>): Promise<T> {
  const scope = openScope(init);
  return scope.run(runWork<T>, scope, work);
}

/** A scope whose owner ends it: for hot paths, where `runInScope` costs a promise more. */
export interface OpenScope extends Scope {
  failed: boolean;
  /** Calls `work` inside the scope. */
  run<A extends unknown[], R>(work: (...args: A) => R, ...args: A): R;
  /**
   * Ends the scope, once. Without callbacks of `onEnd` it returns `undefined`, otherwise a promise
   * that rejects with an `AggregateError` when one of them fails.
   *
   * @param describe - called before the scope's span ends, with that error
   */
  close(describe?: (error?: unknown) => void): Promise<void> | undefined;
}

/** Opens a scope; the caller has to close it. Prefer {@link runInScope}. */
export function openScope(init: ScopeInit): OpenScope {
  const scope = new WorkScope(init);
  if (openTelemetry() !== undefined) scope.startSpan(init);
  return scope;
}

const SPAN = scopeKey<Span>('span');

/** The scope's span, where an OpenTelemetry tracer is registered. */
export function scopeSpan(scope: Scope): Span | undefined {
  return scope.get(SPAN);
}

function plainSpan({ kind, component }: ScopeInit): SpanInit {
  return { name: `${kind} ${component}`, kind: 'internal', attributes: { 'twelvefold.component': component } };
}

async function runWork<T>(scope: OpenScope, work: (scope: Scope) => T | Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(scope);
  } catch (error) {
    scope.failed = true;
    scopeSpan(scope)?.fail(error);
    await scope.close()?.catch(() => undefined); // the work's own error wins
    throw error;
  }
  const closing = scope.close();
  if (closing !== undefined) await closing;
  return result;
}

type Ending = () => void | Promise<void>;

/**
 * A class, with everything made when it is first asked for: there is one per message, and most
 * handlers ask for nothing.
 */
class WorkScope implements OpenScope {
  readonly kind: ScopeKind;
  readonly component: string;
  readonly deadline: Deadline;
  sampled: boolean;
  failed = false;
  readonly #init: ScopeInit;
  #correlationId: string | undefined;
  #trace: Readonly<TraceContext> | undefined;
  #signal: AbortSignal | undefined;
  /**
   * Key's id, value, key's id, value... A scope has a handful: a Map costs more to make than they
   * cost to find.
   */
  #slots: unknown[] | undefined;
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

  /** Starts a span, which outgoing messages and requests name as their parent. */
  startSpan(init: ScopeInit): void {
    const span = startSpan(() => init.span?.() ?? plainSpan(init), this.trace);
    if (!span) return;
    this.set(SPAN, span);
    this.#trace = span.trace;
  }

  run<A extends unknown[], R>(work: (...args: A) => R, ...args: A): R {
    const span = this.#slots === undefined ? undefined : this.get(SPAN);
    return span ? span.run(() => storage.run(this, work, ...args)) : storage.run(this, work, ...args);
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const { signal = neverAborted } = this.#init;
      this.#signal = typeof signal === 'function' ? signal() : signal;
    }
    return this.#signal;
  }

  get drainSignal(): AbortSignal {
    return this.#init.drainSignal ?? neverAborted;
  }

  get<V>(key: ScopeKey<V>): V | undefined {
    const slots = this.#slots;
    if (slots === undefined) return undefined;
    for (let at = 0; at < slots.length; at += 2) if (slots[at] === key.id) return slots[at + 1] as V; // set() takes V
    return undefined;
  }

  set<V>(key: ScopeKey<V>, value: V): void {
    this.#slots ??= [];
    const slots = this.#slots;
    let at = 0;
    while (at < slots.length && slots[at] !== key.id) at += 2;
    slots[at] = key.id;
    slots[at + 1] = value;
  }

  onEnd(callback: Ending): void {
    this.#endings ??= [];
    const endings = this.#endings;
    endings.push(callback);
    if (this.#ended) queueMicrotask(() => void runEndings(endings));
  }

  close(describe?: (error?: unknown) => void): Promise<void> | undefined {
    this.#ended = true;
    const span = this.#slots === undefined ? undefined : this.get(SPAN);
    if (this.#endings === undefined) {
      describe?.();
      span?.end();
      return undefined;
    }
    return this.run(closeScope, this, this.#endings, span, describe);
  }
}

async function closeScope(
  scope: WorkScope,
  endings: Ending[],
  span: Span | undefined,
  describe: ((error?: unknown) => void) | undefined,
): Promise<void> {
  const errors = await runEndings(endings);
  try {
    if (errors.length === 0) {
      describe?.();
      return;
    }
    const error = new AggregateError(errors, 'Cannot end scope cleanly: an onEnd callback failed');
    scope.failed = true;
    span?.fail(error);
    describe?.(error);
    throw error;
  } finally {
    span?.end();
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
