/** Keeps sessions in a DynamoDB table. @module */

import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { Input, Item } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions, backoffMs } from '@twelvefold/core/internal';
import { currentScope } from '@twelvefold/lifecycle';
import { expirySeconds } from '../../dynamodb/expiry-seconds.ts';
import type { RecordChange, SessionDriver, StoredRecord } from '../driver.ts';

/** @inline */
interface DynamoDbSessionDriverOptions {
  /** The table's real name or ARN, e.g. `orders-prod-sessions`. Its key is the string `id`. */
  name: string;
  aws: Aws;
  /** Waits between tries. @defaultValue the system's */
  clock?: Clock;
  /** 0 to below 1, for the jitter of those waits. @defaultValue `Math.random` */
  random?: () => number;
}

/** DynamoDB's limit of an item is 400 KB, attribute names and values together. */
const MAX_ITEM_BYTES = 400 * 1_024;
/** Names (2 + 7 + 5 + 9), a key of 128 bytes, a version of 16, and the expiry's number. */
const BYTES_BESIDE_VALUE = 200;

/** The time for throttled keys of a read, unless the scope's deadline comes first. */
const READ_MS = 3_000;
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 400;
/**
 * DynamoDB is still working on an earlier try with the same token: asked again after 50 ms each.
 */
const TRIES_IN_PROGRESS = 10;
const IN_PROGRESS_WAIT_MS = 50;

/** Codes of writes that had no effect and may succeed in a moment. */
const BUSY = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

/**
 * Makes a driver that keeps sessions in a DynamoDB table. A read is one `BatchGetItem`, a change of
 * one record one `PutItem`, a change of several one `TransactWriteItems`.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const driver = dynamoDbSessionDriver({ name: 'orders-prod-sessions', aws });
 * const store = createSessions({ definition: sessions, driver });
 * ```
 */
export function dynamoDbSessionDriver(options: DynamoDbSessionDriverOptions): SessionDriver {
  assertKnownOptions('create the DynamoDB driver of sessions', options, ['name', 'aws', 'clock', 'random']);
  const { name: tableName, aws, clock = systemClock, random = Math.random } = options;

  const wait = (tries: number, signal: AbortSignal | undefined) =>
    clock.sleep(backoffMs(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random), signal);

  return {
    name: 'DynamoDB',
    maxValueBytes: MAX_ITEM_BYTES - BYTES_BESIDE_VALUE,
    async read(keys, { signal } = {}) {
      const found = new Map<string, StoredRecord>();
      const endMs = clock.monotonic() + Math.min(READ_MS, currentScope()?.deadline.remainingMs() ?? READ_MS);
      let left: Item[] = keys.map((id) => ({ id }));
      for (let tries = 1; left.length > 0; tries += 1) {
        const input = { RequestItems: { [tableName]: { Keys: left, ConsistentRead: true } } };
        const answer = await aws.call(dynamodb, 'BatchGetItem', input, { access: 'read', signal });
        for (const item of answer.Responses?.[tableName] ?? []) found.set(String(item.id), recordOf(item));
        left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
        if (left.length === 0) break;
        if (clock.monotonic() >= endMs) {
          throw new TwelvefoldError(
            'SESSION_UNAVAILABLE',
            `Cannot read ${left.length} of ${keys.length} records of the session table '${tableName}': DynamoDB throttled them for ${tries} tries; answer with 503`,
          );
        }
        await wait(tries, signal);
      }
      return found;
    },
    async write(changes, { signal } = {}) {
      const [first] = changes;
      if (changes.length === 1 && first) return put(first, signal);
      const input = {
        TransactItems: changes.map((change) => ({ Put: putInput(tableName, change) })),
        // Makes a repeat of the call the same transaction, for 10 minutes.
        ClientRequestToken: crypto.randomUUID(),
      };
      return transact(input, signal);
    },
    async *scan({ signal } = {}) {
      let start: Item | undefined;
      do {
        const input = { TableName: tableName, ConsistentRead: true, ...(start ? { ExclusiveStartKey: start } : {}) };
        const page = await aws.call(dynamodb, 'Scan', input, { access: 'read', signal });
        for (const item of page.Items ?? []) yield { key: String(item.id), ...recordOf(item) };
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
    },
  };

  /** Not repeatable: after a lost answer the condition would fail because of the first write. */
  async function put(change: RecordChange, signal: AbortSignal | undefined): Promise<'written' | 'conflict'> {
    try {
      await aws.call(dynamodb, 'PutItem', putInput(tableName, change), { access: 'write', signal });
      return 'written';
    } catch (error) {
      if (AwsError.isInstance(error, 'ConditionalCheckFailedException')) return 'conflict';
      // Another transaction holds the item. The caller waits and reads again.
      if (AwsError.isInstance(error, 'TransactionConflictException')) return 'conflict';
      throw error;
    }
  }

  async function transact(
    input: Input<'dynamodb', 'TransactWriteItems'>,
    signal: AbortSignal | undefined,
  ): Promise<'written' | 'conflict'> {
    for (let tries = 1; ; tries += 1) {
      try {
        await aws.call(dynamodb, 'TransactWriteItems', input, { access: 'write', repeatable: true, signal });
        return 'written';
      } catch (error) {
        if (wasCancelled(error)) return 'conflict';
        if (!AwsError.isInstance(error, 'TransactionInProgressException') || tries >= TRIES_IN_PROGRESS) throw error;
        await clock.sleep(IN_PROGRESS_WAIT_MS, signal);
      }
    }
  }
}

function putInput(tableName: string, { key, expected, version, value, expiresAtMs }: RecordChange) {
  return {
    TableName: tableName,
    Item: {
      id: key,
      version,
      value,
      ...(expiresAtMs === undefined ? {} : { expiresAt: expirySeconds(expiresAtMs) }),
    },
    ...(expected === undefined
      ? { ConditionExpression: 'attribute_not_exists(id)' }
      : {
          ConditionExpression: '#version = :expected',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':expected': expected },
        }),
  };
}

const recordOf = ({ value, version }: Item): StoredRecord => ({ value: String(value), version: String(version) });

/** Whether the transaction had no effect because of a version, or because an item was busy. */
function wasCancelled(error: unknown): boolean {
  if (!AwsError.isInstance(error, 'TransactionCanceledException')) return false;
  const codes = (error.cancellationReasons ?? []).map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => code === 'ConditionalCheckFailed' || BUSY.has(code));
}
