import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws, Input } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Item } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { conditionFailed } from '../../dynamodb/condition-failed.ts';
import { failedConditions } from '../../dynamodb/failed-conditions.ts';
import { fit } from '../../dynamodb/fit.ts';
import { misfitList } from '../../dynamodb/misfit-list.ts';
import { sendWrite } from '../../dynamodb/send-write.ts';
import type { Condition, KeyOf, TableClient } from '../port.ts';
import type { TableDefinition } from '../table.ts';
import { checkParams } from './params/check.ts';
import { deleteParams } from './params/delete.ts';
import { keyItem } from './params/key.ts';
import { putParams } from './params/put.ts';
import { queryParams } from './params/query.ts';
import { updateParams } from './params/update.ts';
import type { Position } from './read-pages.ts';
import { readPages } from './read-pages.ts';
import type { Target } from './target.ts';

export interface DynamoDbTableOptions<R, P extends string, K extends string> {
  definition: TableDefinition<StandardSchemaV1<unknown, R>, P, K>;
  /** The real table's name, e.g. `orders-prod-orders`. */
  name: string;
  aws: Aws;
  /** Where the waits between tries of a conflicting write come from. @defaultValue the system's */
  clock?: Clock;
  /** 0 to below 1, for the jitter of those waits. @defaultValue `Math.random` */
  random?: () => number;
}

/** TransactWriteItems takes at most 100 actions. */
const MAX_OPERATIONS = 100;

/**
 * A table's client on DynamoDB.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const rows = createDynamoDbTable({ definition: orderRows, name: 'orders-prod-orders', aws });
 * await rows.put({ orderId: '1', totalCents: 500 }, { condition: { exists: false } });
 * ```
 */
export function createDynamoDbTable<R, P extends string, K extends string>(
  options: DynamoDbTableOptions<R, P, K>,
): TableClient<R, KeyOf<P, K>> {
  const { definition, name, aws, clock = systemClock, random = Math.random } = options;
  assertKnownOptions(`create the client of table '${definition.name}'`, options, [
    'definition',
    'name',
    'aws',
    'clock',
    'random',
  ]);
  const target: Target<R> = { definition, tableName: name };
  const subject = `a row of table '${definition.name}'`;

  const rowFrom = (item: Item | undefined, done: string): R => {
    const checked = fit(definition.schema, item, subject);
    if (checked.fits) return checked.value;
    throw new TwelvefoldError(
      'ROW_INVALID',
      `Cannot read ${subject}${done}: ${misfitList(checked.misfits)} does not fit the schema`,
    );
  };
  const write = async <O extends 'PutItem' | 'UpdateItem' | 'DeleteItem'>(
    operation: O,
    input: Input<'dynamodb', O>,
    signal: AbortSignal | undefined,
    idempotent: boolean,
  ) => {
    try {
      return await sendWrite(aws, operation, input, { clock, random, signal, idempotent });
    } catch (error) {
      if (!AwsError.isInstance(error, 'ConditionalCheckFailedException')) throw error;
      throw new TwelvefoldError('CONDITION_FAILED', `Cannot write ${subject}: its condition does not hold`, {
        cause: error,
      });
    }
  };

  return {
    async get(key, { consistent = false, signal } = {}) {
      const input = { TableName: name, Key: keyItem(definition, key), ...(consistent ? { ConsistentRead: true } : {}) };
      const { Item } = await aws.call('dynamodb', 'GetItem', input, { access: 'read', signal });
      return Item === undefined ? undefined : rowFrom(Item, '');
    },
    async *query(partition, { limit, signal, ...order } = {}) {
      if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
        throw new RangeError(`Cannot query table '${definition.name}': limit is ${limit}; it counts rows from 1`);
      }
      const input = queryParams(target, partition, order);
      const readPage = (position: Position) =>
        aws.call('dynamodb', 'Query', { ...input, ...position }, { access: 'read', signal });
      for await (const item of readPages(readPage, limit)) yield rowFrom(item, '');
    },
    async *scan({ signal } = {}) {
      const readPage = (position: Position) =>
        aws.call('dynamodb', 'Scan', { TableName: name, ...position }, { access: 'read', signal });
      for await (const item of readPages(readPage)) yield rowFrom(item, '');
    },
    async put(row, { condition, signal } = {}) {
      await write('PutItem', putParams(target, row, condition), signal, outlivesWrite(condition));
    },
    async update(key, changes, { condition, signal } = {}) {
      const input = updateParams(target, key, changes, condition);
      const { Attributes } = await write(
        'UpdateItem',
        { ...input, ReturnValues: 'ALL_NEW' },
        signal,
        changes.add === undefined && outlivesWrite(condition),
      );
      return rowFrom(Attributes, ' after its update, which is written');
    },
    async delete(key, { condition, signal } = {}) {
      await write('DeleteItem', deleteParams(target, key, condition), signal, condition === undefined);
    },
    putOperation: (row, { condition } = {}) => ({ entry: { Put: putParams(target, row, condition) } }),
    updateOperation: (key, changes, { condition } = {}) => ({
      entry: { Update: updateParams(target, key, changes, condition) },
    }),
    deleteOperation: (key, { condition } = {}) => ({ entry: { Delete: deleteParams(target, key, condition) } }),
    checkOperation: (key, condition) => ({ entry: { ConditionCheck: checkParams(target, key, condition) } }),
    async transact(operations, { signal } = {}) {
      if (operations.length < 1 || operations.length > MAX_OPERATIONS) {
        throw new RangeError(
          `Cannot write ${operations.length} operations together: DynamoDB takes 1 to ${MAX_OPERATIONS}`,
        );
      }
      // One token for every try: DynamoDB then does the transaction once, however often it is asked within ten minutes.
      const input = { TransactItems: operations.map(({ entry }) => entry), ClientRequestToken: crypto.randomUUID() };
      try {
        await sendWrite(aws, 'TransactWriteItems', input, { clock, random, signal, repeatable: true });
      } catch (error) {
        const failed = failedConditions(error);
        throw failed.size > 0 ? conditionFailed(operations, [...failed.keys()], error) : error;
      }
    },
  };
}

/** Whether a condition that held before its write holds after it too, so that a repeat is not refused for its own work. */
function outlivesWrite<R>({ exists, equals }: Condition<R> = {}): boolean {
  return exists !== false && equals === undefined;
}
