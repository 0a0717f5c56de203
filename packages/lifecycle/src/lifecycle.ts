import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import type { Phase } from './phase.ts';
import type { Resource } from './resource.ts';
import type { ResourceOrder } from './resource-order.ts';
import { resourceOrder } from './resource-order.ts';
import type { ShutdownReport, ShutdownStep } from './shutdown-report.ts';

export interface LifecycleOptions {
  /**
   * Milliseconds for the whole of stopping: what the platform gives between its signal and its
   * kill. @defaultValue 30000
   */
  budgetMs?: number;
  clock?: Clock;
  /**
   * Called with the error that keeps the lifecycle from starting, before what had started is
   * stopped.
   */
  onStartFailure?: (error: unknown) => void;
  /** Called after every change of phase. */
  onPhase?: (phase: Phase) => void;
}

/** The state of one resource, as a health endpoint shows it. */
export interface ResourceHealth {
  readonly resource: string;
  readonly ok: boolean;
  readonly reason?: string;
  /** The result of the resource's `health`. */
  readonly details?: object;
}

export interface Lifecycle {
  readonly phase: Phase;
  /**
   * Adds a resource; only before `start`. Resources start in order (or as `dependsOn` says) and
   * stop in reverse.
   */
  register(resource: Resource): void;
  /** Starts every resource. On a failure it stops what had started and rejects with the failure. */
  start(signal?: AbortSignal): Promise<void>;
  /**
   * Unready, quiesce, drain, flush, stop, within the budget. A second call returns the first one's
   * report.
   */
  stop(reason: string): Promise<ShutdownReport>;
  /** Cuts the drain short: every step still running is abandoned at once. */
  force(): void;
  /** Asks every resource's `check`. */
  health(timeoutMs?: number): Promise<ResourceHealth[]>;
}

/**
 * Intake and in-flight work may use this share of the budget; the rest is kept for flushing and
 * closing.
 */
const DRAIN_SHARE = 0.8;

/**
 * Makes the phase machine that starts and stops resources.
 *
 * @example
 * ```ts
 * const lifecycle = createLifecycle({ budgetMs: 30_000 });
 * lifecycle.register({ name: 'pool', start: () => pool.connect(), stop: () => pool.end() });
 * await lifecycle.start();
 * const report = await lifecycle.stop('SIGTERM');
 * ```
 */
export function createLifecycle(options: LifecycleOptions = {}): Lifecycle {
  const { budgetMs = 30_000, clock = systemClock, onPhase, onStartFailure } = options;
  if (!(budgetMs > 0)) throw new RangeError(`Cannot create lifecycle: budgetMs is ${budgetMs}; it must be above 0`);

  const resources: Resource[] = [];
  const started: Resource[] = [];
  const forced = new AbortController();
  let order: ResourceOrder = new Map();
  let phase: Phase = 'starting';
  let starting = false;
  let stopping: Promise<ShutdownReport> | undefined;

  const enter = (next: Phase) => {
    phase = next;
    onPhase?.(next);
  };

  const stopAll = async (reason: string): Promise<ShutdownReport> => {
    const begun = clock.monotonic();
    const left = (share: number) => Math.max(0, budgetMs * share - (clock.monotonic() - begun));
    const steps: ShutdownStep[] = [];
    const run = (step: ShutdownStep['step'], targets: readonly Resource[], share: number) =>
      Promise.all(
        targets.map(async (resource) => {
          const method = resource[step];
          if (method) steps.push(await runStep(step, resource, left(share), clock, forced.signal));
        }),
      );

    enter('draining');
    const reversed = started.toReversed();
    await run('quiesce', reversed, DRAIN_SHARE);
    await run('drain', reversed, DRAIN_SHARE);
    await run('flush', reversed, 1);
    await inOrder(reversed, dependents(order, reversed), (resource) => run('stop', [resource], 1));
    enter('stopped');
    return {
      reason,
      durationMs: Math.round(clock.monotonic() - begun),
      budgetMs,
      steps,
      abandoned: steps
        .filter(({ outcome }) => outcome === 'abandoned')
        .map(({ step, resource }) => `${step} ${resource}`),
      forced: forced.signal.aborted,
    };
  };

  const stop = (reason: string): Promise<ShutdownReport> => {
    stopping ??= stopAll(reason);
    return stopping;
  };

  return {
    get phase() {
      return phase;
    },
    register: (resource) => {
      if (starting)
        throw new TypeError(`Cannot register '${resource.name}': the lifecycle has started; register before start()`);
      resources.push(resource);
    },
    start: async (signal = new AbortController().signal) => {
      if (starting) throw new TypeError('Cannot start: start() was called before');
      starting = true;
      // A failure stops further starts and aborts those that are under way.
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      try {
        order = resourceOrder(resources);
        await inOrder(resources, order, async (resource) => {
          either.throwIfAborted();
          // Counted as started before it is: a half-made start must be cleaned up too.
          started.push(resource);
          try {
            await resource.start?.(either);
          } catch (error) {
            failed.abort(error);
            throw error;
          }
        });
        signal.throwIfAborted();
      } catch (error) {
        // The first failure is the reason; what others reject with when they give up is not.
        const reason = failed.signal.aborted ? failed.signal.reason : error;
        if (!signal.aborted) onStartFailure?.(reason);
        await stop('start failed');
        throw reason;
      }
      if (phase === 'starting') enter('ready');
    },
    stop,
    force: () => forced.abort(new Error('The drain was cut short')),
    health: (timeoutMs = 2_000) =>
      Promise.all(
        started.filter(({ check, health }) => check || health).map((resource) => checkOne(resource, timeoutMs, clock)),
      ),
  };
}

/**
 * Runs `work` for each resource as soon as it is over for those that come first; settles when all
 * is over.
 */
async function inOrder(
  resources: readonly Resource[],
  first: ReadonlyMap<Resource, readonly Resource[]>,
  work: (resource: Resource) => Promise<unknown>,
): Promise<void> {
  const running = new Map<Resource, Promise<unknown>>();
  const run = (resource: Resource): Promise<unknown> => {
    const needed = first.get(resource) ?? [];
    const one =
      running.get(resource) ??
      (needed.length === 0 ? work(resource) : Promise.all(needed.map(run)).then(() => work(resource)));
    running.set(resource, one);
    return one;
  };
  const results = await Promise.allSettled(resources.map(run));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** The order of closing: a resource closes before the resources that it needs. */
function dependents(order: ResourceOrder, started: readonly Resource[]): ReadonlyMap<Resource, readonly Resource[]> {
  const waits = new Map<Resource, Resource[]>(started.map((resource) => [resource, []]));
  for (const resource of started) for (const needed of order.get(resource) ?? []) waits.get(needed)?.push(resource);
  return waits;
}

async function runStep(
  step: ShutdownStep['step'],
  resource: Resource,
  budgetMs: number,
  clock: Clock,
  force: AbortSignal,
): Promise<ShutdownStep> {
  const begun = clock.monotonic();
  const controller = new AbortController();
  const result = (outcome: ShutdownStep['outcome'], error?: unknown): ShutdownStep => ({
    step,
    resource: resource.name,
    durationMs: Math.round(clock.monotonic() - begun),
    outcome,
    ...(error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) }),
  });
  const ended = new AbortController();
  const overdue = Promise.race([
    clock.sleep(budgetMs, ended.signal).catch(() => undefined),
    new Promise<void>((resolve) => {
      if (force.aborted) resolve();
      else force.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal });
    }),
  ]).then(async (): Promise<ShutdownStep> => {
    controller.abort(
      force.aborted ? force.reason : new DOMException(`${step} of '${resource.name}' took too long`, 'TimeoutError'),
    );
    // One turn for work that heeds the signal: what stops at once is done, not abandoned.
    await new Promise(setImmediate);
    return result('abandoned');
  });
  const work = (async () => resource[step]?.(controller.signal))().then(
    () => result('done'),
    (error: unknown) => (controller.signal.aborted ? result('abandoned', error) : result('failed', error)),
  );
  try {
    return await Promise.race([work, overdue]);
  } finally {
    ended.abort();
  }
}

async function checkOne(resource: Resource, timeoutMs: number, clock: Clock): Promise<ResourceHealth> {
  const controller = new AbortController();
  const timeout = new AbortController();
  const late = clock.sleep(timeoutMs, timeout.signal).then(
    () => {
      controller.abort();
      throw new Error(`no answer within ${timeoutMs} ms`);
    },
    () => undefined,
  );
  try {
    await Promise.race([(async () => resource.check?.(controller.signal))(), late]);
    return { resource: resource.name, ok: true, ...detailsOf(resource) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { resource: resource.name, ok: false, reason, ...detailsOf(resource) };
  } finally {
    timeout.abort();
  }
}

function detailsOf(resource: Resource): { details?: object } {
  try {
    const details = resource.health?.();
    return details === undefined ? {} : { details };
  } catch {
    return {}; // what is only shown fails nothing
  }
}
