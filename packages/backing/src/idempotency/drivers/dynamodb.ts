/** The DynamoDB driver of idempotency stores. @module */
import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { digest } from '../../dynamodb/digest.ts';
import { conditionFailed, failedConditions } from '../../dynamodb/refused-transaction.ts';
import { sendWrite } from '../../dynamodb/send-write.ts';
import type { WriteOperation } from '../../table/port.ts';
import type { IdempotencyStoreDefinition } from '../idempotency-store.ts';
import type { IdempotencyAttempt, IdempotencyClient } from '../port.ts';
import { beginParams, endParams } from './attempt-params.ts';
import { recordParams } from './params.ts';

/** @inline */
interface DynamoDbIdempotencyOptions {
  definition: IdempotencyStoreDefinition;
  /** The real table's name, e.g. `orders-prod-effects`. */
  name: string;
  aws: Aws;
  /** Decides when a record has expired, and waits between tries. @defaultValue the system's */
  clock?: Clock;
  /** 0 to below 1, for the jitter of those waits. @defaultValue `Math.random` */
  random?: () => number;
}

/** TransactWriteItems takes at most 100 actions; the record is one. */
const MAX_OPERATIONS = 99;

/**
 * An idempotency store's client on DynamoDB.
 *
 * All tries of one call have the same request token, so DynamoDB runs its transaction once. The
 * token is also in the record: a call whose answer was lost recognizes its own work after DynamoDB
 * has forgotten the token.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const name = 'orders-prod-effects';
 * const placed = createDynamoDbIdempotency({ definition: effects, name, aws });
 * await placed.once(order.orderId, [rows.putOperation(order)]); // 'done', later 'already'
 * ```
 */
export function createDynamoDbIdempotency(options: DynamoDbIdempotencyOptions): IdempotencyClient {
  const { definition, name: tableName, aws, clock = systemClock, random = Math.random } = options;
  const subject = `the client of idempotency store '${definition.name}'`;
  assertKnownOptions(`create ${subject}`, options, ['definition', 'name', 'aws', 'clock', 'random']);

  const record = (purpose: 'once' | 'claim', key: string, token: string, fingerprint?: string) => {
    assertKey(key);
    return recordParams({
      tableName,
      purpose,
      key,
      token,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      nowMs: clock.now(),
      windowMs: definition.windowMs,
    });
  };

  const assertKey = (key: unknown) => {
    if (typeof key === 'string' && key !== '') return;
    throw new TypeError(
      `Cannot use idempotency store '${definition.name}': the key is not a text of 1 character or more`,
    );
  };
  const sending = (signal: AbortSignal | undefined) => ({ clock, random, signal, repeatable: true });

  function attemptOf(key: string, token: string, fence: number): IdempotencyAttempt {
    const record = { tableName, key, token };
    const lost = (cause: unknown) =>
      new TwelvefoldError(
        'ATTEMPT_LOST',
        `Cannot complete work of idempotency store '${definition.name}': its lease ended and another attempt has begun; nothing was written`,
        { cause },
      );
    return {
      state: 'started',
      fence,
      async complete(operations = [], { signal } = {}) {
        assertCount(operations);
        const end = endParams(record, 'done');
        try {
          if (operations.length === 0) {
            await sendWrite(aws, 'UpdateItem', end, sending(signal));
            return;
          }
          const TransactItems = [{ Update: end }, ...operations.map(({ entry }) => entry)];
          // All tries of one call have the same token; a call with other operations has another
          // one.
          await sendWrite(
            aws,
            'TransactWriteItems',
            { TransactItems, ClientRequestToken: crypto.randomUUID() },
            sending(signal),
          );
        } catch (error) {
          const failed = failedConditions(error);
          const single = AwsError.isInstance(error, 'ConditionalCheckFailedException') ? error.item : undefined;
          const record = single ?? failed.get(0)?.Item;
          // Done by this very call, whose answer was lost.
          if (record?.token === token && record.state === 'done') return;
          if (AwsError.isInstance(error, 'ConditionalCheckFailedException') || failed.has(0)) throw lost(error);
          if (failed.size === 0) throw error;
          throw conditionFailed(
            operations,
            [...failed.keys()].map((index) => index - 1),
            error,
          );
        }
      },
      async fail({ signal } = {}) {
        try {
          await sendWrite(aws, 'UpdateItem', endParams(record, 'failed'), sending(signal));
        } catch (error) {
          if (!AwsError.isInstance(error, 'ConditionalCheckFailedException')) throw error;
        }
      },
    };
  }

  return {
    async begin(key, { leaseMs, windowMs = definition.windowMs, signal }) {
      assertKey(key);
      if (!(leaseMs > 0) || !(windowMs > 0)) {
        throw new RangeError(
          `Cannot begin work of idempotency store '${definition.name}': leaseMs is ${leaseMs} and windowMs ${windowMs}; both must be above 0`,
        );
      }
      const token = crypto.randomUUID();
      const nowMs = clock.now();
      const input = beginParams({ tableName, key, token }, { nowMs, leaseMs, windowMs });
      try {
        const { Attributes = {} } = await sendWrite(
          aws,
          'UpdateItem',
          { ...input, ReturnValues: 'ALL_NEW' },
          sending(signal),
        );
        return attemptOf(key, token, Number(Attributes.fence));
      } catch (error) {
        const refused = AwsError.isInstance(error, 'ConditionalCheckFailedException');
        if (!refused || error.item === undefined) throw error;
        if (error.item.state === 'done') return { state: 'done' };
        return { state: 'inProgress', retryAfterMs: Math.max(0, Number(error.item.lockedUntilMs) - nowMs) };
      }
    },
    async once(key, operations, { signal } = {}) {
      assertCount(operations);
      const token = crypto.randomUUID();
      const TransactItems = [{ Put: record('once', key, token) }, ...operations.map(({ entry }) => entry)];
      const input = { TransactItems, ClientRequestToken: token };
      try {
        await sendWrite(aws, 'TransactWriteItems', input, { clock, random, signal, repeatable: true });
        return 'done';
      } catch (error) {
        const failed = failedConditions(error);
        const record = failed.get(0);
        // Look at the record first: after the effects have happened, their own conditions usually
        // fail too.
        if (record) return record.Item?.token === token ? 'done' : 'already';
        if (failed.size === 0) throw error;
        throw conditionFailed(
          operations,
          [...failed.keys()].map((index) => index - 1),
          error,
        );
      }
    },
    async claim(key, fingerprint, { signal } = {}) {
      const token = crypto.randomUUID();
      const input = record('claim', key, token, fingerprint);
      try {
        await sendWrite(aws, 'PutItem', input, { clock, random, signal, repeatable: true });
        return 'claimed';
      } catch (error) {
        const refused = AwsError.isInstance(error, 'ConditionalCheckFailedException');
        // Without the record that refused the write the outcome is unknown; the endpoint should
        // have returned it.
        if (!refused || error.item === undefined) throw error;
        if (error.item.token === token) return 'claimed';
        return error.item.fingerprint === digest(fingerprint) ? 'same' : 'different';
      }
    },
  };
}

function assertCount({ length }: readonly WriteOperation[]): void {
  if (length <= MAX_OPERATIONS) return;
  throw new RangeError(
    `Cannot write ${length} operations once: DynamoDB takes ${MAX_OPERATIONS} beside the record of the key`,
  );
}
