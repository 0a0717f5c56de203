/** The DynamoDB driver of tables. @module */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { Input } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { createExpression } from '../../dynamodb/expression.ts';
import { conditionFailed, failedConditions } from '../../dynamodb/refused-transaction.ts';
import { sendWrite } from '../../dynamodb/send-write.ts';
import type { KeyOf, TableClient } from '../port.ts';
import type { IndexClients, NoIndexes, TableDefinition } from '../table.ts';
import { getMany, writeMany } from './batches.ts';
import { projection, queryRows, scanRows } from './reads.ts';
import type { Target } from './row.ts';
import { hasExpired, keyItem, rowOf, selectionOf } from './row.ts';
import { checkParams, deleteParams, outlivesWrite, putParams, updateParams } from './writes.ts';

/** @inline */
interface DynamoDbTableOptions<R, P extends string, K extends string, I = NoIndexes> {
  definition: TableDefinition<StandardSchemaV1<unknown, R>, P, K, I>;
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
const MAX_TOKEN = 36;

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
export function createDynamoDbTable<R, P extends string, K extends string, I = NoIndexes>(
  options: DynamoDbTableOptions<R, P, K, I>,
): TableClient<R, KeyOf<P, K>> & IndexClients<R, P, K, I> {
  const { definition, name, aws, clock = systemClock, random = Math.random } = options;
  assertKnownOptions(`create the client of table '${definition.name}'`, options, [
    'definition',
    'name',
    'aws',
    'clock',
    'random',
  ]);
  // The driver handles tables of every key and index in one way; the types are those of this one.
  const fields = definition as unknown as Target<R>['definition'];
  const target: Target<R> = { definition: fields, tableName: name, now: () => clock.now() };
  const subject = `a row of table '${definition.name}'`;
  const sending = { aws, clock, random };
  const whole = selectionOf(fields, undefined, undefined);

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

  const client: TableClient<R, KeyOf<P, K>> = {
    async get(key, { consistent = false, select, signal } = {}) {
      const selection = select === undefined ? whole : selectionOf(fields, undefined, select);
      const expression = createExpression();
      const input = {
        TableName: name,
        Key: keyItem(fields, key),
        ...(consistent ? { ConsistentRead: true } : {}),
        ...(select === undefined ? {} : { ...projection(selection, expression), ...expression.attributes() }),
      };
      const { Item } = await aws.call(dynamodb, 'GetItem', input, { access: 'read', signal });
      if (Item === undefined || hasExpired(target, Item)) return undefined;
      return rowOf<never>(target as Target<never>, Item, selection); // of the fields in `select`
    },
    getMany: (keys, given = {}) => getMany<never>(sending, target as Target<never>, keys, given),
    query: (partition, given) => queryRows<never>(aws, target as Target<never>, undefined, partition, given as object),
    scan: (given) => scanRows<never>(aws, target as Target<never>, given as object),
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
      return rowOf(target, Attributes, whole, ' after its update, which is written');
    },
    async delete(key, { condition, signal } = {}) {
      await write('DeleteItem', deleteParams(target, key, condition), signal, condition === undefined);
    },
    writeMany: (changes, given = {}) => writeMany(sending, target, changes, given),
    putOperation: (row, { condition } = {}) => ({ entry: { Put: putParams(target, row, condition) } }),
    updateOperation: (key, changes, { condition } = {}) => ({
      entry: { Update: updateParams(target, key, changes, condition) },
    }),
    deleteOperation: (key, { condition } = {}) => ({ entry: { Delete: deleteParams(target, key, condition) } }),
    checkOperation: (key, condition) => ({ entry: { ConditionCheck: checkParams(target, key, condition) } }),
    async transact(operations, { token = crypto.randomUUID(), signal } = {}) {
      if (typeof token !== 'string' || token.length < 1 || token.length > MAX_TOKEN) {
        throw new RangeError(
          `Cannot write operations together: the token has ${String(token).length} characters; DynamoDB takes 1 to ${MAX_TOKEN}`,
        );
      }
      if (operations.length < 1 || operations.length > MAX_OPERATIONS) {
        throw new RangeError(
          `Cannot write ${operations.length} operations together: DynamoDB takes 1 to ${MAX_OPERATIONS}`,
        );
      }
      // One token for every try: DynamoDB then does the transaction once, however often it is asked
      // within ten minutes.
      const input = { TransactItems: operations.map(({ entry }) => entry), ClientRequestToken: token };
      try {
        await sendWrite(aws, 'TransactWriteItems', input, { clock, random, signal, repeatable: true });
      } catch (error) {
        const failed = failedConditions(error);
        throw failed.size > 0 ? conditionFailed(operations, [...failed.keys()], error) : error;
      }
    },
  };
  const indexes = Object.keys(definition.indexes as object).map((index) => [
    index,
    {
      query: (partition: string, given?: object) => queryRows<R>(aws, target, index, partition, given),
    },
  ]);
  return Object.assign(client, Object.fromEntries(indexes)) as TableClient<R, KeyOf<P, K>> & IndexClients<R, P, K, I>; // a member for each index
}
