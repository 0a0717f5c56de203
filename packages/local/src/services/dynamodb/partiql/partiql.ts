import type { Action, CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import type { Usage } from '../capacity.ts';
import { consumedCapacities, consumedCapacity, readUnits } from '../capacity.ts';
import { validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import type { Checked } from '../input/shape.ts';
import { CONSUMED_CAPACITY, ON_CHECK_FAILURE } from '../input/shape.ts';
import { rowId } from '../item-store.ts';
import { checkKey } from '../key.ts';
import { openTable, tableArn } from '../table-store.ts';
import { once, transact } from '../transaction.ts';
import { performWrite, writeUsage } from '../write.ts';
import { keyOf, select, selected } from './select.ts';
import type { SelectStatement, Statement } from './statement.ts';
import { readStatement } from './statement.ts';
import { batchError, returned, toConditionCheck, toWrite } from './writes.ts';

const STATEMENT = {
  Statement: { type: 'string', min: 1, max: 8192, required: true },
  Parameters: { type: 'list', min: 1, of: { type: 'value' } },
  ReturnValuesOnConditionCheckFailure: ON_CHECK_FAILURE,
} as const;

const ACTIONS = {
  select: 'PartiQLSelect',
  insert: 'PartiQLInsert',
  update: 'PartiQLUpdate',
  delete: 'PartiQLDelete',
  exists: 'PartiQLSelect',
} as const;

/** IAM checks an action for each kind of statement, on the table or the index. */
function touch(context: CallContext, statement: Statement): void {
  const { table, index } = statement.kind === 'exists' ? statement.of : statement;
  const arn = tableArn(context, table);
  context.touches(index === undefined ? arn : `${arn}/index/${index}`, `dynamodb:${ACTIONS[statement.kind]}`);
}

const EXECUTE_STATEMENT_INPUT = {
  ...STATEMENT,
  ConsistentRead: { type: 'boolean' },
  Limit: { type: 'Integer', min: 1 },
  NextToken: { type: 'string', min: 1, max: 32_768 },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
} as const;

export const executeStatement: Action = (raw, context) => {
  const input = checkInput(raw, EXECUTE_STATEMENT_INPUT);
  const statement = readStatement(input.Statement, input.Parameters ?? []);
  touch(context, statement);
  if (statement.kind === 'exists') {
    throw validationError('EXISTS can only be used in ExecuteTransaction write requests.');
  }
  if (statement.kind === 'select') return select(context, statement, { ...input, TableName: statement.table });
  const table = openTable(context, statement.table);
  const write = toWrite(statement, table, input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD');
  const written = performWrite(context, write);
  const item = statement.kind === 'insert' ? undefined : returned(statement.returning, write, written);
  return {
    Items: item === undefined ? [] : [item],
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, writeUsage(written)),
  };
};

/** One item by its whole key. @throws ServiceError unless the statement reads exactly that */
function getOne(context: CallContext, statement: SelectStatement, operation: string, consistent: boolean | undefined) {
  const table = openTable(context, statement.table);
  const found = keyOf(table, statement.where);
  if (found === undefined || found.rest !== undefined || statement.index !== undefined) {
    throw validationError(`Select statements within ${operation} must specify the primary key in the where clause.`);
  }
  checkKey(table, found.key);
  const row = table.byId.get(rowId(table.key, found.key));
  const { paths } = statement;
  const item = row === undefined || paths === undefined ? row?.item : selected(paths, row.item);
  return { item, usage: { table, units: readUnits(row?.size ?? 0, consistent) } satisfies Usage };
}

const BATCH_INPUT = {
  Statements: {
    type: 'list',
    min: 1,
    max: 25,
    required: true,
    of: { type: 'structure', members: { ...STATEMENT, ConsistentRead: { type: 'boolean' } } },
  },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
} as const;

type BatchStatement = Checked<(typeof BATCH_INPUT)['Statements']>[number];

function runInBatch(context: CallContext, entry: BatchStatement, statement: Statement) {
  touch(context, statement);
  if (statement.kind === 'exists') {
    throw validationError('EXISTS can only be used in ExecuteTransaction write requests.');
  }
  if (statement.kind === 'select') return getOne(context, statement, 'BatchExecuteStatement', entry.ConsistentRead);
  const write = toWrite(
    statement,
    openTable(context, statement.table),
    entry.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  );
  const written = performWrite(context, write);
  const item = statement.kind === 'insert' ? undefined : returned(statement.returning, write, written);
  return { item, usage: writeUsage(written) };
}

/**
 * A statement that fails does not stop the others: its error is in its place in `Responses`, on a
 * 200.
 */
export const batchExecuteStatement: Action = (raw, context) => {
  const input = checkInput(raw, BATCH_INPUT);
  const entries = input.Statements.map((entry) => {
    try {
      return { entry, statement: readStatement(entry.Statement, entry.Parameters ?? []) };
    } catch (error) {
      return { entry, error: batchError(error) };
    }
  });
  const reads = entries.filter(({ statement }) => statement?.kind === 'select').length;
  const writes = entries.filter(({ statement }) => statement !== undefined && statement.kind !== 'select').length;
  if (reads > 0 && writes > 0) {
    throw validationError('The entire batch must consist of either read statements or write statements');
  }
  const usages: Usage[] = [];
  const responses = entries.map(({ entry, statement, error }) => {
    if (statement === undefined) return { Error: error };
    const TableName = statement.kind === 'exists' ? statement.of.table : statement.table;
    try {
      const { item, usage } = runInBatch(context, entry, statement);
      usages.push(usage);
      return { TableName, Item: item };
    } catch (thrown) {
      return { TableName, Error: batchError(thrown) };
    }
  });
  return { Responses: responses, ConsumedCapacity: consumedCapacities(input.ReturnConsumedCapacity, usages) };
};

const TRANSACTION_INPUT = {
  TransactStatements: {
    type: 'list',
    min: 1,
    max: 100,
    required: true,
    of: { type: 'structure', members: STATEMENT },
  },
  ClientRequestToken: { type: 'string', min: 1, max: 36 },
  ReturnConsumedCapacity: CONSUMED_CAPACITY,
} as const;

/** AWS names the statement that it refuses. */
function inStatement<T>(index: number, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ValidationException') {
      throw validationError(`Validation failed in TransactStatements[${index}]: ${error.message}`);
    }
    throw error;
  }
}

function checkInTransaction(statement: Statement): void {
  if (statement.kind === 'select' && statement.index !== undefined) {
    throw validationError('Reads on indices are not supported within transactions.');
  }
  if ((statement.kind === 'update' || statement.kind === 'delete') && statement.returning !== undefined) {
    throw validationError('RETURNING clause is not supported in ExecuteTransaction.');
  }
}

function readAll(context: CallContext, statements: readonly SelectStatement[], mode: string | undefined) {
  const found = statements.map((statement, index) =>
    inStatement(index, () => getOne(context, statement, 'ExecuteTransaction', true)),
  );
  return {
    Responses: found.map(({ item }) => ({ Item: item })),
    // AWS charges transactions double.
    ConsumedCapacity: consumedCapacities(
      mode,
      found.map(({ usage }) => ({ ...usage, units: 2 * usage.units })),
      'Read',
    ),
  };
}

/** All statements read, or all write. Writes answer with an empty list (recorded on AWS). */
export const executeTransaction: Action = async (raw, context) => {
  const input = checkInput(raw, TRANSACTION_INPUT);
  const statements = input.TransactStatements.map(({ Statement: text, Parameters = [] }, index) =>
    inStatement(index, () => {
      const statement = readStatement(text, Parameters);
      touch(context, statement);
      checkInTransaction(statement);
      return statement;
    }),
  );
  const mode = input.ReturnConsumedCapacity;
  const reads = statements.filter((statement) => statement.kind === 'select');
  if (reads.length === statements.length) return readAll(context, reads, mode);
  if (reads.length > 0) {
    throw validationError('The entire transaction must consist of either read statements or write statements');
  }
  const writes = statements.map((statement, index) =>
    inStatement(index, () => {
      if (statement.kind === 'select') throw new TypeError('a read among writes'); // refused above
      if (statement.kind === 'exists') return toConditionCheck(statement.of, openTable(context, statement.of.table));
      const all = input.TransactStatements[index]?.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
      return toWrite(statement, openTable(context, statement.table), all);
    }),
  );
  let usages: Usage[] | undefined;
  await once(context, input.ClientRequestToken, input, async () => {
    const outcomes = await transact(context, writes);
    usages = outcomes.map(({ table, row, after }) => writeUsage({ table, before: row?.item, after }, 2));
  });
  const repeated = () =>
    writes.map(({ tableName, target }): Usage => {
      const table = openTable(context, tableName);
      return { table, units: 2 * readUnits(table.byId.get(rowId(table.key, target))?.size ?? 0, true) };
    });
  return {
    Responses: [],
    ConsumedCapacity:
      usages === undefined ? consumedCapacities(mode, repeated(), 'Read') : consumedCapacities(mode, usages, 'Write'),
  };
};
