/** The DynamoDB driver of locks. @module */
import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { Item } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { durationMs, systemClock, TwelvefoldError } from '@twelvefold/core';
import { after, assertKnownOptions, backoffMs } from '@twelvefold/core/internal';
import { sendWrite } from '../../dynamodb/send-write.ts';
import type { LockDefinition } from '../lock.ts';
import type { AcquireOptions, Lease, LockClient } from '../port.ts';
import type { SkewCheck } from './clock-skew.ts';
import { skewCheck } from './clock-skew.ts';
import { checkParams, releaseParams, renewParams, takeParams } from './params.ts';

/** @inline */
interface DynamoDbLockOptions {
  definition: LockDefinition;
  /** The real table's name, e.g. `orders-prod-locks`. */
  name: string;
  aws: Aws;
  /** Shown by `inspect`. @defaultValue 'unknown' */
  component?: string;
  /** @defaultValue the system's */
  clock?: Clock;
  /** 0 to below 1, for the jitter of waits. @defaultValue `Math.random` */
  random?: () => number;
}

/** Waiting callers ask again after 100, 200 ... ms, with jitter, at most this often. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/**
 * Signals abort while this share of the lease is left, so that work can stop before another begins.
 */
const MARGIN = 0.1;
/** DynamoDB takes 2,048 bytes for a partition key. */
const MAX_NAME_BYTES = 2_048;

/**
 * The client of locks on DynamoDB.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const locks = createDynamoDbLock({ definition: lock('locks'), name: 'orders-prod-locks', aws });
 * await locks.withLock('nightly-report', async ({ token, signal }) => {
 *   console.log(token, signal.aborted);
 * });
 * ```
 */
export function createDynamoDbLock(options: DynamoDbLockOptions): LockClient {
  const {
    definition,
    name: tableName,
    aws,
    component = 'unknown',
    clock = systemClock,
    random = Math.random,
  } = options;
  const known = ['definition', 'name', 'aws', 'component', 'clock', 'random'];
  assertKnownOptions(`create the client of lock '${definition.name}'`, options, known);
  const { leaseMs, maxClockSkewMs } = definition;
  const sending = (signal: AbortSignal | undefined, check?: SkewCheck) => ({
    clock,
    random,
    signal,
    repeatable: true,
    onAnswer: check?.onAnswer,
  });
  /** Compares a clock with AWS's, if the definition promises something about it. */
  const checkOf = (nowMs: () => number) =>
    maxClockSkewMs === undefined ? undefined : skewCheck(maxClockSkewMs, nowMs);
  /** The leases of this client, for `check`. */
  const holders = new WeakMap<Lease, string>();

  function hold(name: string, holder: string, token: number, from: Moment, outer: AbortSignal | undefined): Lease {
    const item = { tableName, name, holder };
    const lost = new AbortController();
    let renewed = from;
    let released = false;
    let cancelTimer = () => {};
    const lose = (message: string, cause?: unknown): TwelvefoldError => {
      cancelTimer();
      const error = new TwelvefoldError('LOCK_LOST', `Cannot go on under the lock '${name}': ${message}`, { cause });
      lost.abort(error);
      return error;
    };
    const expired = () => `its lease of ${leaseMs} ms ended without a renewal`;
    const restart = (moment: Moment) => {
      renewed = moment;
      cancelTimer();
      cancelTimer = after(clock, leaseMs * (1 - MARGIN) - elapsedMs(moment), () => lose(expired()));
    };
    /**
     * Now, by the clock at the acquisition plus what has passed since on the clock that went on
     * more: a clock that jumps back meanwhile does not shorten the lease that others read.
     */
    const heldNow = () => from.wallMs + elapsedMs(from);
    /**
     * A freeze stops timers and may stop the monotonic clock: both clocks are asked before each
     * use.
     */
    const assertHeld = () => {
      if (lost.signal.aborted) throw lost.signal.reason;
      if (released) throw lose('it was released');
      if (elapsedMs(renewed) >= leaseMs) throw lose(expired());
    };
    const lease: Lease = {
      name,
      token,
      signal: outer === undefined ? lost.signal : AbortSignal.any([lost.signal, outer]),
      async renew({ signal } = {}) {
        assertHeld();
        const moment = momentNow();
        const check = checkOf(heldNow);
        try {
          const params = renewParams(item, { nowMs: heldNow(), leaseMs }, crypto.randomUUID());
          await sendWrite(aws, 'UpdateItem', params, sending(signal, check));
        } catch (error) {
          if (refused(error)) throw lose('another holder has taken it', error);
          throw error;
        }
        const skewed = check?.fault();
        if (skewed !== undefined) throw lose(skewed);
        if (!lost.signal.aborted) restart(moment);
      },
      async release({ signal } = {}) {
        if (released || lost.signal.aborted) return;
        released = true;
        cancelTimer();
        try {
          await sendWrite(aws, 'UpdateItem', releaseParams(item), sending(signal));
        } catch (error) {
          if (!refused(error)) throw error;
        }
      },
    };
    restart(from);
    holders.set(lease, holder);
    return lease;
  }

  const momentNow = (): Moment => ({ monotonicMs: clock.monotonic(), wallMs: clock.now() });
  const elapsedMs = ({ monotonicMs, wallMs }: Moment) =>
    Math.max(clock.monotonic() - monotonicMs, clock.now() - wallMs);

  const acquire = async (name: string, { wait = '0s', signal }: AcquireOptions = {}): Promise<Lease> => {
    assertLockName(definition.name, name);
    const waitMs = durationMs(wait);
    const started = clock.monotonic();
    const holder = crypto.randomUUID();
    let watched: Watched | undefined;
    /** The version of a lease that has ended by the clocks. */
    let ended: string | undefined;
    for (let tries = 1; ; tries += 1) {
      const from = momentNow();
      const unrenewed = watched !== undefined && from.monotonicMs - watched.sinceMs >= watched.leaseMs;
      const check = checkOf(() => clock.now());
      const params = takeParams(
        { tableName, name, holder },
        { nowMs: from.wallMs, leaseMs, maxClockSkewMs },
        { version: crypto.randomUUID(), component, dead: unrenewed ? watched?.version : ended },
      );
      try {
        const { Attributes = {} } = await sendWrite(aws, 'UpdateItem', params, sending(signal, check));
        const lease = hold(name, holder, Number(Attributes.fence), from, signal);
        const skewed = check?.fault();
        if (skewed === undefined) return lease;
        // The work has not begun: what others make of the times that were written does no harm.
        await lease.release({ ...(signal === undefined ? {} : { signal }) }).catch(() => {});
        throw clockSkewed(name, skewed);
      } catch (error) {
        const current = refused(error) ? error.item : undefined;
        if (current === undefined) throw error;
        // Watched from when its answer is here: the lease it shows can only have begun earlier.
        watched = watch(current, watched, clock.monotonic());
        const leftMs = waitMs - (clock.monotonic() - started);
        const over = check !== undefined && isOver(current, clock.now(), maxClockSkewMs);
        const skewed = over ? check?.fault() : undefined;
        if (over && skewed === undefined && ended !== watched.version) {
          ended = watched.version;
          continue;
        }
        if (leftMs <= 0) throw skewed === undefined ? held(name, current, error) : clockSkewed(name, skewed, error);
        const untilFreeMs = Math.max(1, watched.sinceMs + watched.leaseMs - clock.monotonic());
        const pauseMs = backoffMs(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random);
        await clock.sleep(Math.min(leftMs, untilFreeMs, Math.max(1, pauseMs)), signal);
      }
    }
  };

  return {
    acquire,
    async withLock(name, work, acquireOptions) {
      const lease = await acquire(name, acquireOptions);
      const ended = new AbortController();
      const renewals = renewWhile(lease, leaseMs / 3, clock, ended.signal);
      try {
        const result = await work(lease);
        ended.abort(ENDED);
        await renewals;
        if (lease.signal.aborted && TwelvefoldError.isInstance(lease.signal.reason, 'LOCK_LOST')) {
          throw lease.signal.reason;
        }
        return result;
      } finally {
        ended.abort(ENDED);
        await renewals;
        // The lock is free after its lease in any case: a failed release must not hide how the work
        // ended.
        await lease.release().catch(() => {});
      }
    },
    check(lease) {
      const holder = holders.get(lease);
      if (holder === undefined) {
        throw new TypeError(`Cannot check a lease of lock '${definition.name}': this client did not acquire it`);
      }
      return { entry: { ConditionCheck: checkParams({ tableName, name: lease.name, holder }) } };
    },
    async inspect(name, { signal } = {}) {
      assertLockName(definition.name, name);
      const input = { TableName: tableName, Key: { id: name }, ConsistentRead: true };
      const { Item } = await aws.call(dynamodb, 'GetItem', input, { access: 'read', signal });
      if (Item === undefined) return undefined;
      const token = Number(Item.fence);
      if (Item.holder === undefined) return { token };
      const iso = (ms: unknown) => new Date(Number(ms)).toISOString();
      const [acquiredAt, leaseUntil] = [iso(Item.acquiredAtMs), iso(Item.leaseUntilMs)];
      return { token, holder: { component: String(Item.component), acquiredAt, leaseUntil } };
    },
  };
}

/** One moment on both clocks. */
interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** A version that a waiting caller has seen, and since when on its own clock. */
interface Watched {
  readonly version: string;
  readonly leaseMs: number;
  readonly sinceMs: number;
}

const ENDED = new Error('The work under the lock has ended');

/** Goes on watching a version that has not changed; starts anew for another one. */
function watch({ version, leaseMs }: Item, watched: Watched | undefined, nowMs: number): Watched {
  if (watched !== undefined && watched.version === version) return watched;
  return { version: String(version), leaseMs: Number(leaseMs), sinceMs: nowMs };
}

/**
 * Whether the lease of a lock has ended by the times that its holder wrote, however far the
 * holder's clock and this one may be apart: each differs from AWS's by no more than it promises.
 */
function isOver({ leaseUntilMs, maxClockSkewMs: holderSkewMs }: Item, nowMs: number, ownSkewMs = Number.NaN): boolean {
  return nowMs >= Number(leaseUntilMs) + Number(holderSkewMs ?? Number.NaN) + ownSkewMs;
}

function clockSkewed(name: string, reason: string, cause?: unknown): TwelvefoldError {
  return new TwelvefoldError('CLOCK_SKEWED', `Cannot acquire the lock '${name}': ${reason}`, { cause });
}

const refused = (error: unknown): error is AwsError => AwsError.isInstance(error, 'ConditionalCheckFailedException');

function held(name: string, { component, leaseUntilMs }: Item, cause: unknown): TwelvefoldError {
  const until = new Date(Number(leaseUntilMs)).toISOString();
  return new TwelvefoldError(
    'LOCK_HELD',
    `Cannot acquire the lock '${name}': ${component} holds it, with a lease until ${until}; pass wait, e.g. '1m', to wait for it`,
    { cause },
  );
}

/**
 * Renews until the work has ended. A failed renewal is tried again at the next turn: only the
 * lease's end loses the lock.
 */
async function renewWhile(lease: Lease, everyMs: number, clock: Clock, ended: AbortSignal): Promise<void> {
  while (!ended.aborted && !lease.signal.aborted) {
    try {
      await clock.sleep(everyMs, ended);
      await lease.renew({ signal: ended });
    } catch {
      // The loop's condition decides: ended, lost, or tried again.
    }
  }
}

function assertLockName(lock: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && Buffer.byteLength(name) <= MAX_NAME_BYTES) return;
  throw new TypeError(`Cannot use lock '${lock}': a lock's name is text of 1 to ${MAX_NAME_BYTES} bytes`);
}
