import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName, sumOf } from '../definition.ts';
import { TABLE_BINDING } from '../dynamodb/table-binding.ts';
import { template as tableTemplate } from '../dynamodb/table-template.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { IdempotencyClient } from './port.ts';

export interface IdempotencyStoreOptions {
  /**
   * How long a key is remembered. An effect never happens twice if this is longer than a message
   * can live (SQS: 14 days at most). @defaultValue '15d'
   */
  window?: Duration;
}

// The record that stops a write comes back with the refusal, so nothing is ever read on its own.
const ACCESSES = {
  once: { methods: ['once'], actions: ['dynamodb:PutItem'] },
  claim: { methods: ['claim'], actions: ['dynamodb:PutItem'] },
  begin: { methods: ['begin'], actions: ['dynamodb:UpdateItem'] },
} as const;

/** The accesses of an idempotency store. `write` is all of them. */
const IDEMPOTENCY_ACCESSES = {
  ...ACCESSES,
  write: /* @__PURE__ */ sumOf(ACCESSES, 'once', 'claim', 'begin'),
} as const;

export interface IdempotencyStoreDefinition extends Definition<IdempotencyClient, typeof IDEMPOTENCY_ACCESSES> {
  readonly kind: 'idempotency';
  readonly windowMs: number;
}

/**
 * Declares a store of idempotency keys. No I/O happens here.
 *
 * @throws TypeError or RangeError for a name, an option or a window that cannot be.
 * @example
 * ```ts
 * const effects = idempotencyStore('effects', { window: '15d' });
 * ```
 */
export function idempotencyStore(name: string, options: IdempotencyStoreOptions = {}): IdempotencyStoreDefinition {
  assertName('idempotency store', name);
  assertKnownOptions(`define idempotency store '${name}'`, options, ['window']);
  const windowMs = durationMs(options.window ?? '15d');
  if (windowMs === 0)
    throw new RangeError(`Cannot define idempotency store '${name}': a window of nothing remembers no key`);
  return makeDefinition(IDEMPOTENCY, { name, windowMs }) as IdempotencyStoreDefinition; // its types exist in the compiler only
}

const NOTHING = async () => {};

const IDEMPOTENCY: Kind<IdempotencyStoreDefinition, object, typeof IDEMPOTENCY_ACCESSES> = {
  name: 'idempotency',
  accesses: IDEMPOTENCY_ACCESSES,
  // As of keys that are new.
  dryRun: {
    once: { answer: 'done' },
    claim: { answer: 'claimed' },
    begin: { answer: { state: 'started', fence: 0, complete: NOTHING, fail: NOTHING } },
  },
  drivers: {
    dynamodb: {
      namespace: 'table',
      binding: TABLE_BINDING,
      modules: ['@twelvefold/backing/dynamodb-idempotency'],
      infrastructure: (_, context) => tableTemplate({ partitionKey: 'id', ttlAttribute: 'expiresAt' }, context),
      open: async (definition, { target: name, aws, clock, random }) => {
        const { createDynamoDbIdempotency } = await import('@twelvefold/backing/dynamodb-idempotency');
        return { client: createDynamoDbIdempotency({ definition, name, aws, clock, random }) };
      },
    },
  },
};
