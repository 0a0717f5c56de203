import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';
import { TABLE_BINDING } from '../dynamodb/table-binding.ts';
import { template as tableTemplate } from '../dynamodb/table-template.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { Lease, LockClient } from './port.ts';

export interface LockOptions {
  /**
   * How long a holder may go without a renewal, 1 s to 24 h. A lock whose holder died is free after
   * one to two leases for callers that wait. @defaultValue '30s'
   */
  lease?: Duration;
  /**
   * Lets a caller take over a dead lock with a single try, as scheduled work needs it: when the
   * lease that the holder wrote ended at least twice `maxClockSkew` ago. Holder and caller compare
   * their clocks with AWS's by the date of its answers, and refuse with `CLOCK_SKEWED` what does
   * not keep the promise.
   * @defaultValue none: only callers that wait take over, whatever their clocks are
   */
  takeOver?: {
    /** How much the clock of each machine may differ from AWS's, '3s' to '1h'. */
    maxClockSkew: Duration;
  };
}

const LOCK_ACCESSES = {
  hold: { methods: ['acquire', 'withLock'], actions: ['dynamodb:UpdateItem'] },
  check: { methods: ['check'], actions: ['dynamodb:ConditionCheckItem'] },
  inspect: { methods: ['inspect'], actions: ['dynamodb:GetItem'] },
} as const;

export interface LockDefinition extends Definition<LockClient, typeof LOCK_ACCESSES> {
  readonly kind: 'lock';
  readonly leaseMs: number;
  /** How much each clock may differ from AWS's; absent when clocks are never compared. */
  readonly maxClockSkewMs?: number;
}

const MIN_LEASE_MS = 1_000;
const MAX_LEASE_MS = 86_400_000;
/** The Date header has whole seconds, and 2 s are kept for its rounding and for AWS's own hosts. */
const MIN_SKEW_MS = 3_000;
const MAX_SKEW_MS = 3_600_000;

/**
 * Declares locks of one lease time, each with a name of its caller's choice. No I/O happens here.
 *
 * @throws TypeError or RangeError for a wrong name, option or lease.
 * @example
 * ```ts
 * const locks = lock('locks', { lease: '1m' });
 * ```
 */
export function lock(name: string, options: LockOptions = {}): LockDefinition {
  assertName('lock', name);
  const { lease = '30s', takeOver } = options;
  assertKnownOptions(`define lock '${name}'`, options, ['lease', 'takeOver']);
  if (takeOver !== undefined) assertKnownOptions(`define takeOver of lock '${name}'`, takeOver, ['maxClockSkew']);
  const leaseMs = durationMs(lease);
  const maxClockSkewMs = takeOver === undefined ? undefined : durationMs(takeOver.maxClockSkew);
  const faults = [
    ...(leaseMs < MIN_LEASE_MS || leaseMs > MAX_LEASE_MS ? [`lease is ${lease}; use '1s' to '24h'`] : []),
    ...(maxClockSkewMs !== undefined && (maxClockSkewMs < MIN_SKEW_MS || maxClockSkewMs > MAX_SKEW_MS)
      ? [`takeOver.maxClockSkew is ${takeOver?.maxClockSkew}; use '3s' to '1h'`]
      : []),
  ];
  if (faults.length > 0) throw new RangeError(`Cannot define lock '${name}': ${faults.join('; ')}`);
  const fields = { name, leaseMs, ...(maxClockSkewMs === undefined ? {} : { maxClockSkewMs }) };
  return makeDefinition(LOCK, fields) as LockDefinition; // its types exist in the compiler only
}

/**
 * Does the work without the lock: a lease would keep the app's own work away for the time of a dry
 * run. What it reads may be in the middle of another holder's change.
 */
function dryRunLock(client: LockClient, wrote: (method: string) => void): LockClient {
  const nothing = async () => {};
  // No write is made with this token.
  const leaseOf = (name: string): Lease => ({
    name,
    token: 0,
    signal: new AbortController().signal,
    renew: nothing,
    release: nothing,
  });
  return {
    async acquire(name) {
      wrote('acquire');
      return leaseOf(name);
    },
    withLock(name, work) {
      wrote('withLock');
      return work(leaseOf(name));
    },
    // Not sent either: transact() is recorded.
    check: ({ name }) => ({ entry: { ConditionCheck: { TableName: '', Key: { id: name }, ConditionExpression: '' } } }),
    inspect: client.inspect,
  };
}

const LOCK: Kind<LockDefinition, LockClient, typeof LOCK_ACCESSES> = {
  name: 'lock',
  accesses: LOCK_ACCESSES,
  details: ({ leaseMs, maxClockSkewMs }) => ({ leaseMs, ...(maxClockSkewMs === undefined ? {} : { maxClockSkewMs }) }),
  drivers: {
    dynamodb: {
      namespace: 'table',
      binding: TABLE_BINDING,
      modules: ['@twelvefold/backing/dynamodb-lock'],
      // Without TTL: a deleted item would start its fencing tokens anew.
      infrastructure: (_, context) => tableTemplate({ partitionKey: 'id' }, context),
      open: async (definition, { target: name, aws, component, clock, random }) => {
        const { createDynamoDbLock } = await import('@twelvefold/backing/dynamodb-lock');
        const client = createDynamoDbLock({ definition, name, aws, component, clock, random });
        return { client, dryRun: (wrote) => dryRunLock(client, wrote) };
      },
    },
  },
};
