import { AwsError } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { retryWhilePassing } from '../../packages/app/src/runtime/retry-while-passing.ts';
import { retryDelay } from '../../packages/aws/src/lean/retry/retry-delay.ts';
import { createRetryQuota } from '../../packages/aws/src/lean/retry/retry-quota.ts';

/** `DEFAULT_SETTINGS.maxAttempts` of `@twelvefold/aws`. */
const MAX_ATTEMPTS = 3;
/** An answer of Parameter Store, throttled or not. */
const ANSWER_MS = 30;

export interface Scenario {
  readonly processes: number;
  /** The processes make their first call within this time, evenly spread. */
  readonly spreadMs: number;
  /** Calls of one load, made at once. */
  readonly calls: number;
  /** Calls per second that the service takes from the account. */
  readonly quota: number;
  /** How long a process tries to load: 5,000 for a function, 60,000 for a service. */
  readonly retryForMs: number;
  readonly seed?: number;
}

export interface Outcome {
  /** Processes that got their config, as a share. */
  readonly loaded: number;
  /**
   * Seconds from the first call until half and 99 % of all processes had it; `undefined` if fewer
   * got it.
   */
  readonly halfS: number | undefined;
  readonly mostS: number | undefined;
  /** Calls per process, throttled ones included. */
  readonly callsPerProcess: number;
  /** Share of calls that were throttled. */
  readonly throttled: number;
}

/**
 * Simulates how many processes load their config through the account's quota: a token bucket of one
 * second, with this repository's retries on both levels (each call, and the whole load). Time is
 * virtual.
 */
export async function simulate({
  processes,
  spreadMs,
  calls,
  quota,
  retryForMs,
  seed = 1,
}: Scenario): Promise<Outcome> {
  const clock = createVirtualClock();
  const random = mulberry32(seed);
  let tokens = quota;
  let filledAt = 0;
  let made = 0;
  let throttled = 0;
  const loadedAt: number[] = [];

  const admit = (): boolean => {
    tokens = Math.min(quota, tokens + ((clock.monotonic() - filledAt) / 1_000) * quota);
    filledAt = clock.monotonic();
    made += 1;
    if (tokens < 1) {
      throttled += 1;
      return false;
    }
    tokens -= 1;
    return true;
  };
  const oneCall = async (tokensOfRetries: ReturnType<typeof createRetryQuota>): Promise<void> => {
    for (let retries = 0; ; retries += 1) {
      const accepted = admit();
      await clock.sleep(ANSWER_MS);
      if (accepted) return;
      const paid = retries + 1 < MAX_ATTEMPTS ? tokensOfRetries.take('throttled') : undefined;
      if (paid === undefined) throw throttling();
      await clock.sleep(retryDelay(retries, 'throttled', undefined, random));
    }
  };
  const oneProcess = async (startMs: number): Promise<void> => {
    await clock.sleep(startMs);
    const retryTokens = createRetryQuota();
    const answered = new Set<number>();
    const load = () =>
      Promise.all(
        Array.from({ length: calls }, async (_, call) => {
          if (answered.has(call)) return;
          await oneCall(retryTokens);
          answered.add(call);
        }),
      );
    await retryWhilePassing(load, { clock, forMs: retryForMs, random, onRetry: () => {} }).then(
      () => loadedAt.push(clock.monotonic()),
      () => {}, // it gives up, and its platform starts it again
    );
  };
  const all = Promise.all(Array.from({ length: processes }, (_, index) => oneProcess((index / processes) * spreadMs)));
  await clock.runAll();
  await all;
  const at = (share: number) => {
    const ms = loadedAt[Math.ceil(processes * share) - 1];
    return ms === undefined ? undefined : ms / 1_000;
  };
  return {
    loaded: loadedAt.length / processes,
    halfS: at(0.5),
    mostS: at(0.99),
    callsPerProcess: made / processes,
    throttled: throttled / made,
  };
}

function throttling(): AwsError {
  const details = { awsCode: 'ThrottlingException', service: 'ssm', operation: 'GetParameters', retryable: true };
  return new AwsError('Rate exceeded', details);
}

interface VirtualClock extends Clock {
  /** Wakes all sleepers in the order of their times, and those that they cause. */
  runAll(): Promise<void>;
}

function createVirtualClock(): VirtualClock {
  let nowMs = 0;
  /** By time: what wakes then. */
  const due = new Map<number, Array<() => void>>();
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        const at = Math.ceil(nowMs + ms);
        due.set(at, [...(due.get(at) ?? []), resolve]);
      }),
    async runAll() {
      for (; due.size > 0; nowMs += 1) {
        const waking = due.get(nowMs);
        if (waking === undefined) continue;
        due.delete(nowMs);
        for (const wake of waking) wake();
        await new Promise(setImmediate);
        // A sleep of 0 ms wakes in the same millisecond.
        if (due.has(nowMs)) nowMs -= 1;
      }
    },
  };
}

/** A small seeded generator, so that the tables of docs/scale.md can be made again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
