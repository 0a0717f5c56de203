import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { systemClock } from '@twelvefold/lifecycle';
import { assertKnownOptions } from '../definition.ts';
import { conditionFailed } from '../dynamodb/condition-failed.ts';
import { digest } from '../dynamodb/digest.ts';
import { failedConditions } from '../dynamodb/failed-conditions.ts';
import { sendWrite } from '../dynamodb/send-write.ts';
import type { IdempotencyStoreDefinition } from './definition.ts';
import { recordParams } from './params.ts';
import type { IdempotencyWriter } from './port.ts';

export interface DynamoDbIdempotencyOptions {
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
 * Every try of one call carries the same request token, so DynamoDB does its transaction once; and the token is part of
 * the record, so a call whose answer was lost recognizes its own work even when DynamoDB no longer knows the token.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const placed = createDynamoDbIdempotency({ definition: effects, name: 'orders-prod-effects', aws });
 * await placed.once(order.orderId, [rows.putOperation(order)]); // 'done', and 'already' ever after
 * ```
 */
export function createDynamoDbIdempotency(options: DynamoDbIdempotencyOptions): IdempotencyWriter {
  const { definition, name: tableName, aws, clock = systemClock, random = Math.random } = options;
  const subject = `the client of idempotency store '${definition.name}'`;
  assertKnownOptions(subject, options, ['definition', 'name', 'aws', 'clock', 'random']);

  const record = (purpose: 'once' | 'claim', key: string, token: string, fingerprint?: string) => {
    if (typeof key !== 'string' || key === '') {
      throw new TypeError(
        `Cannot use idempotency store '${definition.name}': the key is no text of 1 character or more`,
      );
    }
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

  return {
    async once(key, operations, { signal } = {}) {
      if (operations.length > MAX_OPERATIONS) {
        throw new RangeError(
          `Cannot write ${operations.length} operations once: DynamoDB takes ${MAX_OPERATIONS} beside the record of the key`,
        );
      }
      const token = crypto.randomUUID();
      const TransactItems = [{ Put: record('once', key, token) }, ...operations.map(({ entry }) => entry)];
      const input = { TransactItems, ClientRequestToken: token };
      try {
        await sendWrite(aws, 'TransactWriteItems', input, { clock, random, signal, repeatable: true });
        return 'done';
      } catch (error) {
        const failed = failedConditions(error);
        const own = failed.get(0);
        // The record decides: once the effects have happened, their own conditions usually fail too.
        if (own) return own.Item?.token === token ? 'done' : 'already';
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
        // Without the record that was in the way nothing can be said; an endpoint that leaves it out is at fault.
        if (!refused || error.item === undefined) throw error;
        if (error.item.token === token) return 'claimed';
        return error.item.fingerprint === digest(fingerprint) ? 'same' : 'different';
      }
    },
  };
}
