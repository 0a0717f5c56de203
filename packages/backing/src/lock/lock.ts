import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';
import { TABLE_BINDING, tableInfrastructure } from '../dynamodb/infrastructure.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { LockClient } from './port.ts';

export interface LockOptions {
  /**
   * How long a holder may go without a renewal, 1 s to 24 h. A lock whose holder died is free after one to two
   * leases for callers that wait. @defaultValue '30s'
   */
  lease?: Duration;
}

const LOCK_ACCESSES = {
  hold: { methods: ['acquire', 'withLock'], actions: ['dynamodb:UpdateItem'] },
  check: { methods: ['check'], actions: ['dynamodb:ConditionCheckItem'] },
  inspect: { methods: ['inspect'], actions: ['dynamodb:GetItem'] },
} as const;

export interface LockDefinition extends Definition<LockClient, typeof LOCK_ACCESSES> {
  readonly kind: 'lock';
  readonly leaseMs: number;
}

const MIN_LEASE_MS = 1_000;
const MAX_LEASE_MS = 86_400_000;

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
  assertKnownOptions(`define lock '${name}'`, options, ['lease']);
  const leaseMs = durationMs(options.lease ?? '30s');
  if (leaseMs < MIN_LEASE_MS || leaseMs > MAX_LEASE_MS) {
    throw new RangeError(`Cannot define lock '${name}': lease is ${options.lease}; use '1s' to '24h'`);
  }
  return makeDefinition(LOCK, { name, leaseMs }) as LockDefinition; // its types exist in the compiler only
}

const LOCK: Kind<LockDefinition, object, typeof LOCK_ACCESSES> = {
  name: 'lock',
  accesses: LOCK_ACCESSES,
  drivers: {
    dynamodb: {
      namespace: 'table',
      binding: TABLE_BINDING,
      modules: ['@twelvefold/backing/dynamodb-lock'],
      // Without TTL: a deleted item would start its fencing tokens anew.
      infrastructure: (_, context) => tableInfrastructure({ partitionKey: 'id' }, context),
      open: async (definition, { target: name, aws, component, clock, random }) => {
        const { createDynamoDbLock } = await import('@twelvefold/backing/dynamodb-lock');
        return { client: createDynamoDbLock({ definition, name, aws, component, clock, random }) };
      },
    },
  },
};
