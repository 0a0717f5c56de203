import { describe, expect, it } from 'vitest';
import { refusal } from './dynamodb-endpoint.ts';
import { dynamodb, invalid, MALFORMED, preparePartiql, put, stored, T } from './dynamodb-partiql.fixture.ts';

preparePartiql();

describe('BatchExecuteStatement', () => {
  it('answers each statement in its place (batchExecuteStatement)', async () => {
    await put({ pk: { S: 'a' } });
    const { Responses } = await dynamodb.client.batchExecuteStatement({
      Statements: [
        { Statement: `SELECT pk FROM "${T}" WHERE pk = 'a' AND sk = 1` },
        { Statement: `SELECT * FROM "absent" WHERE pk = 'x'` },
        { Statement: `SLECT * FROM "${T}"` },
        { Statement: `SELECT * FROM "${T}" WHERE pk = 'a' AND sk = 1 AND attribute_exists(pk)` },
      ],
    });
    expect(Responses).toEqual([
      { TableName: T, Item: { pk: { S: 'a' } } },
      {
        TableName: 'absent',
        Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' },
      },
      { Error: { Code: 'ValidationError', Message: `${MALFORMED}Expected data manipulation` } },
      {
        TableName: T,
        Error: {
          Code: 'ValidationError',
          Message: 'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
        },
      },
    ]);
  });

  it('writes, and lists a failed condition (API reference)', async () => {
    await put({ pk: { S: 'a' } });
    const { Responses } = await dynamodb.client.batchExecuteStatement({
      Statements: [
        { Statement: `INSERT INTO "${T}" VALUE {'pk': 'b', 'sk': 1}` },
        { Statement: `INSERT INTO "${T}" VALUE {'pk': 'a', 'sk': 1}` },
      ],
    });
    expect(Responses?.map(({ Error: error }) => error?.Code)).toEqual([undefined, 'DuplicateItem']);
    expect(await stored('b')).toBeDefined();
  });
});

describe('ExecuteTransaction', () => {
  const transaction = (...statements: string[]) =>
    dynamodb.client.executeTransaction({ TransactStatements: statements.map((Statement) => ({ Statement })) });

  it('reads items by key, or writes all or none (executeTransaction, writeResponses)', async () => {
    await put({ pk: { S: 'a' } });
    const read = await transaction(
      `SELECT pk FROM "${T}" WHERE pk = 'a' AND sk = 1`,
      `SELECT pk FROM "${T}" WHERE pk = 'x' AND sk = 1`,
    );
    expect(read.Responses).toEqual([{ Item: { pk: { S: 'a' } } }, {}]);
    const written = await transaction(
      `EXISTS(SELECT * FROM "${T}" WHERE pk = 'a' AND sk = 1 AND attribute_not_exists(n))`,
      `INSERT INTO "${T}" VALUE {'pk': 'b', 'sk': 1}`,
    );
    expect(written.Responses).toEqual([]);
    const failed = transaction(
      `INSERT INTO "${T}" VALUE {'pk': 'a', 'sk': 1}`,
      `INSERT INTO "${T}" VALUE {'pk': 'c', 'sk': 1}`,
    );
    await expect(failed).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' },
        { Code: 'None' },
      ],
    });
    expect(await stored('c')).toBeUndefined();
  });

  it('repeats nothing under the same token (executeTransaction)', async () => {
    await put({ pk: { S: 'a' }, n: { N: '0' } });
    const add = () =>
      dynamodb.client.executeTransaction({
        ClientRequestToken: 'token',
        ReturnConsumedCapacity: 'TOTAL',
        TransactStatements: [{ Statement: `UPDATE "${T}" SET n = n + 1 WHERE pk = 'a' AND sk = 1` }],
      });
    expect((await add()).ConsumedCapacity?.[0]?.WriteCapacityUnits).toBe(2);
    expect((await add()).ConsumedCapacity?.[0]?.ReadCapacityUnits).toBe(2);
    expect((await stored('a'))?.n).toEqual({ N: '1' });
  });

  it.each([
    [`SELECT * FROM "${T}"."gsi-inc" WHERE g = 'x'`, 'Reads on indices are not supported within transactions.'],
    [
      `SELECT * FROM "${T}" WHERE pk = 'a'`,
      'Select statements within ExecuteTransaction must specify the primary key in the where clause.',
    ],
    [
      `UPDATE "${T}" SET n = 1 WHERE pk = 'a' AND sk = 1 RETURNING ALL NEW *`,
      'RETURNING clause is not supported in ExecuteTransaction.',
    ],
    [
      `EXISTS(SELECT * FROM "${T}" WHERE pk = 'a' AND sk = 1)`,
      'EXISTS() must contain a single item read with additional condition',
    ],
  ])('refuses %s (partiql, partiqlFunctions)', async (statement, message) => {
    expect(await refusal(transaction(statement))).toEqual(
      invalid(`Validation failed in TransactStatements[0]: ${message}`),
    );
  });
});
