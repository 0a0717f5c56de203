import { AsyncLocalStorage } from 'node:async_hooks';
import { correlationIdFrom } from './correlation.ts';
import type { Deadline } from './deadline.ts';
import { NO_DEADLINE } from './deadline.ts';
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
  /** Trace headers as they came in, to be carried on unchanged. */
  readonly trace: Readonly<TraceContext>;
  /** Aborts when the work should end early: deadline near, lease lost, drain forced, client gone. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** True when the flow was chosen to be logged in detail, here or before; travels with the correlation id. Set by a logger that samples. */
  sampled?: boolean;
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
  signal?: AbortSignal | undefined;
  deadline?: Deadline | undefined;
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
export async function runInScope<T>(init: ScopeInit, work: (scope: Scope) => T | Promise<T>): Promise<T> {
  const slots = new Map<symbol, unknown>();
  const endings: Array<() => void | Promise<void>> = [];
  let ended = false;
  const scope: Scope = {
    kind: init.kind,
    component: init.component,
    correlationId: correlationIdFrom(init.correlationId),
    trace: traceFrom(init.trace),
    signal: init.signal ?? neverAborted,
    deadline: init.deadline ?? NO_DEADLINE,
    sampled: init.sampled ?? false,
    get: <V>(key: ScopeKey<V>) => slots.get(key.id) as V | undefined, // set() is the only writer and takes V
    set: (key, value) => void slots.set(key.id, value),
    onEnd: (callback) => {
      endings.push(callback);
      if (ended) queueMicrotask(() => void runEndings(endings));
    },
  };
  return storage.run(scope, async () => {
    try {
      const result = await work(scope);
      ended = true;
      const errors = await runEndings(endings);
      if (errors.length > 0) throw new AggregateError(errors, 'Cannot end scope cleanly: an onEnd callback failed');
      return result;
    } catch (error) {
      ended = true;
      await runEndings(endings);
      throw error;
    }
  });
}

async function runEndings(endings: Array<() => void | Promise<void>>): Promise<unknown[]> {
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
