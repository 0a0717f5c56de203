import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { BatchWriteEntry, Item } from '@twelvefold/aws/internal';
import type { Clock, Duration } from '@twelvefold/core';
import { durationMs, TwelvefoldError } from '@twelvefold/core';
import { backoffMs } from '@twelvefold/core/internal';
import { currentScope } from '@twelvefold/lifecycle';
import { createExpression } from '../../dynamodb/expression.ts';
import { projection } from './reads.ts';
import type { TableFields, Target } from './row.ts';
import { hasExpired, keyItem, rowOf, selectionOf } from './row.ts';
import { itemOf } from './writes.ts';

/** The port, and the time and randomness of waits between calls. */
export interface Sending {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly random: () => number;
}

interface BatchOptions {
  readonly timeout?: Duration;
  readonly signal?: AbortSignal | undefined;
}

/** DynamoDB's limits: keys of a BatchGetItem, changes of a BatchWriteItem. */
const KEYS_PER_CALL = 100;
const CHANGES_PER_CALL = 25;
/** Calls of one batch at a time. */
const CALLS_AT_ONCE = 4;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/** The rows of many keys, in the order of the keys. */
export async function getMany<R>(
  sending: Sending,
  target: Target<R>,
  keys: readonly unknown[],
  options: BatchOptions & { readonly consistent?: boolean; readonly select?: readonly string[] },
): Promise<Array<R | undefined>> {
  const { definition, tableName } = target;
  const { consistent = false, select, signal } = options;
  const selection = selectionOf(definition, undefined, select);
  const wanted = keys.map((key) => keyItem(definition, key));
  const byId = new Map(wanted.map((key) => [idOf(key), key]));
  const found = new Map<string, Item>();
  const expression = createExpression();
  const shared = {
    ...(consistent ? { ConsistentRead: true } : {}),
    ...projection(selection, expression),
    ...(select === undefined ? {} : expression.attributes()),
  };
  const read = async (Keys: Item[]) => {
    const input = { RequestItems: { [tableName]: { Keys, ...shared } } };
    const answer = await sending.aws.call(dynamodb, 'BatchGetItem', input, { access: 'read', signal });
    for (const item of answer.Responses?.[tableName] ?? []) found.set(idOf(keyOf(definition, item)), item);
    return (answer.UnprocessedKeys?.[tableName]?.Keys ?? []).map((key) => byId.get(idOf(key)) ?? key);
  };
  await sendAll(sending, [...byId.values()], KEYS_PER_CALL, read, options, (left, cause) => {
    return new TwelvefoldError(
      'BATCH_INCOMPLETE',
      `Cannot read ${left} of ${byId.size} rows of table '${definition.name}': DynamoDB throttled them until the time was over; read fewer rows at once, or allow a longer timeout`,
      { cause },
    );
  });
  return wanted.map((key) => {
    const item = found.get(idOf(key));
    return item === undefined || hasExpired(target, item) ? undefined : rowOf(target, item, selection);
  });
}

/** Puts and deletes many rows, each by itself. */
export async function writeMany<R>(
  sending: Sending,
  target: Target<R>,
  changes: { readonly put?: readonly R[]; readonly delete?: readonly unknown[] },
  options: BatchOptions,
): Promise<void> {
  const { definition, tableName } = target;
  const subject = `rows of table '${definition.name}'`;
  const { put = [], delete: deleted = [], ...rest } = changes;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw new TypeError(`Cannot write ${subject}: unknown change '${unknown}'; known: put, delete`);
  const entries: Array<[string, BatchWriteEntry]> = [
    ...put.map((row): [string, BatchWriteEntry] => {
      const item = itemOf(target, row);
      return [idOf(keyOf(definition, item)), { PutRequest: { Item: item } }];
    }),
    ...deleted.map((key): [string, BatchWriteEntry] => {
      const item = keyItem(definition, key);
      return [idOf(item), { DeleteRequest: { Key: item } }];
    }),
  ];
  const byId = new Map(entries);
  if (byId.size < entries.length) {
    const twice = entries.find(([id], at) => entries.findIndex(([other]) => other === id) !== at);
    throw new TypeError(`Cannot write ${subject}: two changes are of the row ${twice?.[0]}, and their order is open`);
  }
  const write = async (batch: BatchWriteEntry[]) => {
    const input = { RequestItems: { [tableName]: batch } };
    // Whole rows and deletions: doing one twice does no harm.
    const { signal } = options;
    const answer = await sending.aws.call(dynamodb, 'BatchWriteItem', input, {
      access: 'write',
      repeatable: true,
      signal,
    });
    return (answer.UnprocessedItems?.[tableName] ?? []).map((entry) => {
      const { PutRequest, DeleteRequest } = entry;
      const key = PutRequest ? keyOf(definition, PutRequest.Item) : (DeleteRequest?.Key ?? {});
      return byId.get(idOf(key)) ?? entry;
    });
  };
  await sendAll(sending, [...byId.values()], CHANGES_PER_CALL, write, options, (left, cause) => {
    return new TwelvefoldError(
      'BATCH_INCOMPLETE',
      `Cannot write ${left} of ${byId.size} ${subject}: DynamoDB throttled them until the time was over, and the others are written; writing all again does no harm`,
      { cause },
    );
  });
}

/** Names a row inside of one batch. */
function idOf(key: Item): string {
  const names = Object.keys(key);
  return JSON.stringify(names.length === 1 ? key[names[0] ?? ''] : Object.fromEntries(Object.entries(key).sort()));
}

function keyOf({ partitionKey, sortKey }: TableFields, item: Item): Item {
  return { [partitionKey]: item[partitionKey], ...(sortKey === undefined ? {} : { [sortKey]: item[sortKey] }) };
}

/**
 * Sends all items in calls of `size`, and again those that DynamoDB leaves unprocessed, until the
 * time is over: the timeout, or the deadline of the invocation if that is earlier.
 */
async function sendAll<T>(
  { clock, random }: Sending,
  items: readonly T[],
  size: number,
  send: (batch: T[]) => Promise<T[]>,
  { timeout = '10s', signal }: BatchOptions,
  incomplete: (left: number, cause: unknown) => TwelvefoldError,
): Promise<void> {
  const limitMs = Math.min(durationMs(timeout), currentScope()?.deadline.remainingMs() ?? Number.POSITIVE_INFINITY);
  const endsAtMs = clock.monotonic() + limitMs;
  let left = [...items];
  let cause: unknown;
  for (let tries = 1; left.length > 0; tries += 1) {
    const batches = Array.from({ length: Math.ceil(left.length / size) }, (_, at) =>
      left.slice(at * size, (at + 1) * size),
    );
    const unprocessed: T[] = [];
    const work = async () => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        try {
          unprocessed.push(...(await send(batch)));
        } catch (error) {
          // All of its items were throttled, or its answer was lost.
          if (!AwsError.isInstance(error) || !error.retryable) throw error;
          cause = error;
          unprocessed.push(...batch);
        }
      }
    };
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, work));
    if (unprocessed.length === 0) return;
    if (unprocessed.length < left.length) tries = 1;
    left = unprocessed;
    const waitMs = backoffMs(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random);
    if (clock.monotonic() + waitMs >= endsAtMs) throw incomplete(left.length, cause);
    await clock.sleep(waitMs, signal);
  }
}
