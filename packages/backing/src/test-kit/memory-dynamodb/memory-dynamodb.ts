import { isDeepStrictEqual } from 'node:util';
import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type {
  AwsService,
  CallOptions,
  CancellationReason,
  Input,
  Item,
  Operation,
  Output,
  TransactWriteEntry,
} from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import type { Placeholders } from './expressions.ts';
import { testOf, updateOf } from './expressions.ts';
import type { MemoryTable, ReadInput, TableLayout } from './memory-table.ts';
import { createMemoryTable, projected } from './memory-table.ts';

/** Tables in memory, and the port to AWS that reads and writes them. */
export interface MemoryDynamoDb {
  readonly aws: Aws;
  /** Makes an empty table and returns its name. */
  createTable(layout: TableLayout): string;
}

type Handlers = { readonly [O in Operation<'dynamodb'>]: (input: Input<'dynamodb', O>) => Output<'dynamodb', O> };

/** A write of one row that has been checked. */
type Apply = () => void;

/** A condition that does not hold, with the row as it is. */
interface Refused {
  readonly refused: Item | undefined;
}

interface Conditional extends Placeholders {
  readonly ConditionExpression?: string;
}

/** Keeps one transaction per token for ten minutes, as DynamoDB does. */
const TOKEN_MS = 600_000;

/**
 * Makes a DynamoDB in memory for the expressions of this package's drivers. Every call takes effect
 * at once, so there are no conflicts, no throttling and no limits of size.
 */
export function createMemoryDynamoDb(clock: Pick<Clock, 'now'>): MemoryDynamoDb {
  const tables = new Map<string, MemoryTable>();
  const tokens = new Map<string, { readonly items: unknown; readonly untilMs: number }>();
  const tableOf = (name: string): MemoryTable => {
    const table = tables.get(name);
    if (table === undefined) throw fault('ResourceNotFoundException', `there is no table '${name}' in memory`);
    return table;
  };

  const write = ({ Put, Update, Delete, ConditionCheck }: TransactWriteEntry): Apply | Refused => {
    const entry = Put ?? Update ?? Delete ?? ConditionCheck;
    if (entry === undefined) throw fault('ValidationException', 'an entry of a transaction is empty');
    const table = tableOf(entry.TableName);
    const key = Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? {};
    const before = table.get(key);
    const { ConditionExpression, ...placeholders }: Conditional = entry;
    if (!testOf(ConditionExpression, placeholders)(before ?? {})) return { refused: before };
    if (Put) return () => table.put(Put.Item);
    if (Delete) return () => table.delete(key);
    if (!Update) return () => {};
    const after = updateOf(Update.UpdateExpression, placeholders)(before ?? key);
    return () => table.put(after);
  };

  /** Does one write, or throws with the row if the request asks for it. */
  const single = (entry: TransactWriteEntry, shown: string | undefined) => {
    const outcome = write(entry);
    if (typeof outcome === 'function') return outcome();
    throw fault('ConditionalCheckFailedException', 'The conditional request failed', {
      ...(shown === 'ALL_OLD' && outcome.refused !== undefined ? { item: outcome.refused } : {}),
    });
  };

  const transact = ({ TransactItems, ClientRequestToken }: Input<'dynamodb', 'TransactWriteItems'>) => {
    const earlier = ClientRequestToken === undefined ? undefined : tokens.get(ClientRequestToken);
    if (earlier !== undefined && earlier.untilMs > clock.now()) {
      if (isDeepStrictEqual(earlier.items, TransactItems)) return {};
      throw fault('IdempotentParameterMismatchException', 'the token belongs to a transaction with other entries');
    }
    const ids = TransactItems.map(({ Put, Update, Delete, ConditionCheck }) => {
      const { TableName = '' } = Put ?? Update ?? Delete ?? ConditionCheck ?? {};
      return `${TableName} ${tableOf(TableName).idOf(Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key ?? {})}`;
    });
    if (new Set(ids).size < ids.length) {
      throw fault('ValidationException', 'Transaction request cannot include multiple operations on one item');
    }
    const outcomes = TransactItems.map(write);
    if (outcomes.some((outcome) => typeof outcome !== 'function')) {
      const cancellationReasons = outcomes.map((outcome, at) => reasonOf(outcome, TransactItems[at]));
      throw fault('TransactionCanceledException', 'Transaction cancelled', { cancellationReasons });
    }
    for (const outcome of outcomes) if (typeof outcome === 'function') outcome();
    if (ClientRequestToken !== undefined) {
      tokens.set(ClientRequestToken, { items: structuredClone(TransactItems), untilMs: clock.now() + TOKEN_MS });
    }
    return {};
  };

  const read = (input: ReadInput & { readonly TableName: string }) => {
    try {
      return tableOf(input.TableName).read(input);
    } catch (error) {
      if (error instanceof TypeError && /starting key/.test(error.message))
        throw fault('ValidationException', error.message);
      throw error;
    }
  };

  const handlers: Handlers = {
    GetItem: (input) => {
      const row = tableOf(input.TableName).get(input.Key);
      return row === undefined ? {} : { Item: projected(row, input) };
    },
    BatchGetItem: ({ RequestItems }) => ({
      Responses: Object.fromEntries(
        Object.entries(RequestItems).map(([name, { Keys, ...rest }]) => [
          name,
          Keys.map((key) => tableOf(name).get(key))
            .filter((row) => row !== undefined)
            .map((row) => projected(row, rest)),
        ]),
      ),
    }),
    BatchWriteItem: ({ RequestItems }) => {
      for (const [name, entries] of Object.entries(RequestItems)) {
        for (const { PutRequest, DeleteRequest } of entries) {
          if (PutRequest) tableOf(name).put(PutRequest.Item);
          if (DeleteRequest) tableOf(name).delete(DeleteRequest.Key);
        }
      }
      return {};
    },
    PutItem: (input) => {
      single({ Put: input }, input.ReturnValuesOnConditionCheckFailure);
      return {};
    },
    UpdateItem: ({ UpdateExpression = '', ...input }) => {
      single({ Update: { ...input, UpdateExpression } }, input.ReturnValuesOnConditionCheckFailure);
      const after = tableOf(input.TableName).get(input.Key);
      return input.ReturnValues === 'ALL_NEW' && after !== undefined ? { Attributes: after } : {};
    },
    DeleteItem: (input) => {
      single({ Delete: input }, input.ReturnValuesOnConditionCheckFailure);
      return {};
    },
    Query: read,
    Scan: read,
    TransactWriteItems: transact,
  };

  const call = async (service: AwsService, operation: string, input: never, { signal, onAnswer }: CallOptions) => {
    signal?.throwIfAborted();
    const handler = service.name === 'dynamodb' ? handlers[operation as keyof Handlers] : undefined;
    if (handler === undefined) throw new TypeError(`Cannot call ${service.name} ${operation} in memory`);
    // Copied in and out, so that neither side sees what the other changes.
    const answer = handler(input);
    onAnswer?.({ serverTimeMs: clock.now(), roundTripMs: 0 });
    return answer;
  };
  const aws: Aws = { call: call as Aws['call'], as: () => aws }; // each handler has its operation's types
  let count = 0;
  return {
    aws,
    createTable: (layout) => {
      count += 1;
      const name = `table-${count}`;
      tables.set(name, createMemoryTable(layout));
      return name;
    },
  };
}

function reasonOf(outcome: Apply | Refused, entry: TransactWriteEntry | undefined): CancellationReason {
  if (typeof outcome === 'function') return { Code: 'None' };
  const { ReturnValuesOnConditionCheckFailure: shown } =
    entry?.Put ?? entry?.Update ?? entry?.Delete ?? entry?.ConditionCheck ?? {};
  const isShown = shown === 'ALL_OLD' && outcome.refused !== undefined;
  return { Code: 'ConditionalCheckFailed', ...(isShown ? { Item: outcome.refused } : {}) };
}

function fault(
  awsCode: string,
  message: string,
  details: { readonly item?: Item; readonly cancellationReasons?: CancellationReason[] } = {},
): AwsError {
  return new AwsError(`${awsCode}: ${message}`, {
    awsCode,
    service: 'dynamodb',
    operation: 'in memory',
    retryable: false,
    ...details,
  });
}
