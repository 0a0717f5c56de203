import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import type { ConfigDefinition } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { ReadConfig } from '../load/read-config.ts';
import { assertLoadOptions, readConfig } from '../load/read-config.ts';
import { suppliedAbove } from '../plan/lookup.ts';
import { planCalls } from '../plan/plan-calls.ts';
import type { ConfigKey } from '../select/config-key.ts';
import { valueAt } from '../value-at.ts';
import { createAuthFailures } from './auth-failures.ts';
import type { ChangeHook, ConfiguredResource } from './config-change.ts';
import { offerChange, sameValue } from './config-change.ts';
import type { ConfigEvent, LiveConfig, LiveConfigOptions, RefreshReason } from './live-config.ts';
import { LIVE_DEFAULTS, LIVE_OPTIONS } from './live-config.ts';
import { createPreviousVersions } from './previous-version.ts';

interface ReadValue<T> {
  readonly value: T;
  /**
   * When a store's value was written, by key; -Infinity where the store does not say. Not the texts
   * that were read: they would stay in memory.
   */
  readonly modifiedAtMs: ReadonlyMap<string, number>;
}

interface Loaded<T> extends ReadValue<T> {
  /** `value`, so that a read does not make a promise. */
  readonly settled: Promise<T>;
  readonly version: number;
}

/**
 * Builds a config that refreshes when it is used, never by a timer: a frozen process has none. A
 * new snapshot is validated, offered to the hooks, and swapped in as a whole; whatever goes wrong,
 * the last good one stays.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const { env } = process;
 * const aws = createAws({ env });
 * const live = createConfig(definition, { app: 'orders', stage: 'prod', env, aws });
 * const config = await live.get(); // loads once for all callers; refreshes when it is old
 * config.pricing.taxRate; // a frozen property
 * live.state.ageMs; // how old the snapshot is
 * ```
 */
export function createConfig<T>(definition: ConfigDefinition<T>, options: LiveConfigOptions): LiveConfig<T> {
  assertLoadOptions(options, LIVE_OPTIONS);
  const { clock = systemClock, random = Math.random, onEvent = () => {}, ...rest } = options;
  const { maxAgeMs, refreshTimeoutMs, prepareTimeoutMs, retryAfterMs, authGraceMs, ...load } = withDefaults({
    maxAgeMs: definition.maxAgeMs,
    ...rest,
  });
  const hooks = new Set<ChangeHook<T>>();
  const refreshable = changesOutside(definition, options);

  /** When this process saw a key change, by the wall clock. */
  const seenAtMs = new Map<string, number>();

  let loaded: Loaded<T> | undefined;
  let first: Promise<T> | undefined;
  let flight: Promise<ConfigEvent> | undefined;
  let confirmed: Moment = { now: 0, monotonic: 0 };
  let tried: Moment = confirmed;
  let waitMs = 0;
  let lastError: Error | undefined;

  /** After which the snapshot is old: a fifth more or less, by chance. */
  const spread = (ms: number) => ms * (0.8 + 0.4 * random());
  const take = (read: ReadValue<T>, version: number) => {
    loaded = { ...read, settled: Promise.resolve(read.value), version };
  };
  const settle = (error: Error | undefined) => {
    lastError = error;
    tried = momentOf(clock);
    if (error === undefined) confirmed = tried;
    waitMs = spread(error === undefined ? maxAgeMs : retryAfterMs);
  };
  const present = (): Loaded<T> => {
    if (loaded === undefined) throw new TypeError('Cannot read config: it is not loaded; await get() first');
    return loaded;
  };

  const loadFirst = async (): Promise<T> => {
    const read = await readValue(definition, load);
    take(read, 1);
    settle(undefined);
    return read.value;
  };

  const renew = async (reason: RefreshReason): Promise<ConfigEvent> => {
    const { value: previous, version } = present();
    let why: 'invalid' | 'unreachable' | 'vetoed' = 'unreachable';
    try {
      const read = await within(refreshTimeoutMs, 'refresh config', clock, (signal) =>
        readValue(definition, { ...load, signal }),
      );
      const { value: next } = read;
      if (sameValue(previous, next)) {
        settle(undefined);
        return { kind: 'unchanged', reason, version };
      }
      const changed = [...definition.leaves, ...definition.derived]
        .filter((leaf) => !sameValue(valueAt(previous, leaf), valueAt(next, leaf)))
        .map(({ key }) => key);
      why = 'vetoed';
      const swap = await within(prepareTimeoutMs, 'prepare for new config', clock, (signal) =>
        offerChange([...hooks], { next, previous, version: version + 1, changed, signal }),
      );
      // No await from here on, so that the new snapshot and the new pool appear together.
      take(read, version + 1);
      for (const key of changed) seenAtMs.set(key, clock.now());
      settle(undefined);
      swap();
      return { kind: 'changed', reason, version: version + 1, changed };
    } catch (cause) {
      const error =
        cause instanceof Error ? cause : new TypeError('Cannot refresh config: the thrown value is not an error');
      if (ConfigError.isInstance(error) && !error.faults.every(({ reason: fault }) => fault === 'unreachable')) {
        why = 'invalid';
      }
      settle(error);
      return { kind: 'kept', reason, version, why, error, ageMs: since(confirmed, clock) };
    }
  };

  const refreshFor = (reason: RefreshReason): Promise<ConfigEvent> => {
    flight ??= renew(reason)
      .then((event) => {
        onEvent(event);
        return event;
      })
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };

  const isDue = () => loaded === undefined || (refreshable && flight === undefined && since(tried, clock) >= waitMs);

  const previous = createPreviousVersions({
    definition,
    load,
    clock,
    version: () => present().version,
    changedAtMs: (key) => {
      const modifiedAtMs = loaded?.modifiedAtMs.get(key);
      return modifiedAtMs === undefined ? undefined : Math.max(modifiedAtMs, seenAtMs.get(key) ?? modifiedAtMs);
    },
    limited: (work) => within(refreshTimeoutMs, 'read a previous version', clock, work),
  });

  const live: LiveConfig<T> = {
    get() {
      if (loaded === undefined) {
        first ??= loadFirst().finally(() => {
          first = undefined;
        });
        return first;
      }
      // Who finds a refresh on its way goes on with what is there: the one who began it waits for
      // it.
      return isDue() ? refreshFor('age').then(() => present().value) : loaded.settled;
    },
    get current() {
      return present().value;
    },
    get state() {
      return {
        version: loaded?.version ?? 0,
        ageMs: loaded === undefined ? 0 : since(confirmed, clock),
        stale: lastError !== undefined,
        ...(lastError === undefined ? {} : { lastError }),
      };
    },
    get due() {
      return isDue();
    },
    async refresh() {
      if (loaded === undefined) return live.get();
      const event = await refreshFor('demand');
      if (event.kind === 'kept') throw event.error;
      return present().value;
    },
    // The key has the type that the schema gives its value.
    previous: <V>({ path }: ConfigKey<V>) => previous(path) as Promise<V | undefined>,
    onChange(hook) {
      hooks.add(hook);
      return () => void hooks.delete(hook);
    },
    attach(resource: ConfiguredResource<T>) {
      const hook: ChangeHook<T> = (change) => resource.prepare(change);
      resource.onAuthFailure?.(live.reportAuthFailure);
      return live.onChange(hook);
    },
    reportAuthFailure: createAuthFailures({
      clock,
      random,
      graceMs: authGraceMs,
      version: () => loaded?.version ?? 0,
      refresh: () => refreshFor('auth'),
    }),
  };
  return live;
}

async function readValue<T>(
  definition: ConfigDefinition<T>,
  options: Parameters<typeof readConfig>[1],
): Promise<ReadValue<T>> {
  const { output, faults, cause, found } = await readConfig(definition, options);
  if (output === undefined) throw new ConfigError(options, faults, cause === undefined ? undefined : { cause });
  // The schema has validated it; `T` is the schema's own output type, made read-only.
  return { value: output as T, modifiedAtMs: modifiedAtMs(found) };
}

function modifiedAtMs(found: ReadConfig['found']): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const [leaf, value] of found) {
    if (value.kind !== 'value' || value.answer?.kind !== 'value') continue;
    times.set(leaf.key, value.answer.modifiedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  }
  return times;
}

function withDefaults(options: Omit<LiveConfigOptions, 'clock' | 'random' | 'onEvent'>) {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...options, ...LIVE_DEFAULTS, ...given } as typeof options & typeof LIVE_DEFAULTS; // what is given wins, all are there
}

/**
 * Whether anything is asked outside of the process: the environment and files do not change under a
 * running one.
 */
function changesOutside({ leaves, sources }: ConfigDefinition, { app, stage, env }: LiveConfigOptions): boolean {
  const fetched = leaves.filter((leaf) => !suppliedAbove(leaf, sources, env));
  if (sources.some((source) => source.kind === 'custom') && fetched.length > 0) return true;
  return planCalls(fetched, sources, { app, stage }).length > 0;
}

/**
 * A moment on both clocks: a frozen process's monotonic clock stands still, and a wall clock can be
 * set back.
 */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

function momentOf(clock: Clock): Moment {
  return { now: clock.now(), monotonic: clock.monotonic() };
}

/** Milliseconds since `moment`, by the clock that moved more. */
function since(moment: Moment, clock: Clock): number {
  return Math.max(clock.now() - moment.now, clock.monotonic() - moment.monotonic);
}

/**
 * Does `work` with a signal that aborts after `ms`, and clears the timer when it is done: nothing
 * is left that a freeze could stop.
 */
async function within<T>(
  ms: number,
  what: string,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const done = new AbortController();
  clock.sleep(ms, done.signal).then(
    () => limit.abort(new Error(`Cannot ${what}: it took longer than ${ms} ms`)),
    () => {},
  );
  try {
    return await work(limit.signal);
  } finally {
    done.abort();
  }
}
