import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

let aws: LocalAws;
let client: DynamoDBClient;
beforeAll(async () => {
  aws = await startLocalAws();
  client = new DynamoDBClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(() => aws.close());

const TableName = 'accounts';
const arn = (name: string) => `arn:aws:dynamodb:eu-west-1:123456789012:table/${name}`;
const key = (id: string) => ({ id: { S: id } });
const account = (id: string, balance: number) => ({ ...key(id), balance: { N: String(balance) } });

beforeEach(async () => {
  aws.reset();
  for (const name of [TableName, 'ledger']) {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
  }
  await client.send(new PutItemCommand({ TableName, Item: account('ann', 10) }));
  await client.send(new PutItemCommand({ TableName, Item: account('bob', 5) }));
});

const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
const get = async (id: string, table = TableName) =>
  (await client.send(new GetItemCommand({ TableName: table, Key: key(id) }))).Item;
const move = (id: string, amount: number, extra = {}): TransactWriteItem => ({
  Update: {
    TableName,
    Key: key(id),
    UpdateExpression: 'SET balance = balance + :n',
    ConditionExpression: 'balance >= :least',
    ExpressionAttributeValues: { ':n': { N: String(amount) }, ':least': { N: String(-amount) } },
    ...extra,
  },
});
const entry = (id: string): TransactWriteItem => ({
  Put: { TableName: 'ledger', Item: key(id), ConditionExpression: 'attribute_not_exists(id)' },
});
const refused = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return `${error?.name}: ${error?.message}`;
};

describe('TransactWriteItems', () => {
  it('makes every change, over tables', async () => {
    await transact([move('ann', -4), move('bob', 4), entry('t1'), { Delete: { TableName, Key: key('dan') } }]);
    expect([await get('ann'), await get('bob'), await get('t1', 'ledger')]).toEqual([
      account('ann', 6),
      account('bob', 9),
      key('t1'),
    ]);
  });

  it('makes none when one condition fails, and says for each entry why', async () => {
    const call = transact([
      move('bob', 40),
      move('ann', -40, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      entry('t1'),
      {
        ConditionCheck: {
          TableName,
          Key: key('bob'),
          ConditionExpression: 'attribute_not_exists(id)',
        },
      },
    ]).catch((error: unknown) => error);
    // bob appears twice: that is refused before anything is looked at.
    expect(await call).toMatchObject({
      name: 'ValidationException',
      message: 'Transaction request cannot include multiple operations on one item',
    });
    await expect(
      transact([
        move('bob', 40),
        move('ann', -40, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        entry('t1'),
        { ConditionCheck: { TableName, Key: key('eve'), ConditionExpression: 'attribute_exists(id)' } },
      ]),
    ).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
        '[None, ConditionalCheckFailed, None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: account('ann', 10) },
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ],
    });
    expect([await get('ann'), await get('bob'), await get('t1', 'ledger')]).toEqual([
      account('ann', 10),
      account('bob', 5),
      undefined,
    ]);
  });

  it('is cancelled by what an item makes impossible', async () => {
    const noBalance = {
      Update: {
        TableName,
        Key: key('new'),
        UpdateExpression: 'SET balance = balance + :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
      },
    };
    const wrongKey = { Delete: { TableName, Key: { id: { N: '1' } } } };
    await expect(transact([entry('t1'), noBalance, wrongKey])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ValidationError',
          Message: 'The provided expression refers to an attribute that does not exist in the item',
        },
        { Code: 'ValidationError', Message: 'The provided key element does not match the schema' },
      ],
    });
    expect(await get('t1', 'ledger')).toBeUndefined();
  });

  it('refuses what no item could make right as a whole', async () => {
    const bad = { Delete: { TableName, Key: key('x'), ConditionExpression: 'size(id)' } };
    expect(await refused(transact([entry('t1'), bad]))).toBe(
      'ValidationException: Invalid ConditionExpression: ' +
        'The function is not allowed to be used this way in an expression; function: size',
    );
    expect(await refused(transact([{ ...entry('t1'), ...bad }]))).toBe(
      'ValidationException: TransactItems can only contain one of Check, Put, Update or Delete',
    );
    expect(await refused(transact([entry('t1'), { Delete: { TableName: 'nowhere', Key: key('x') } }]))).toBe(
      'ResourceNotFoundException: Requested resource not found',
    );
    expect(await refused(transact(Array.from({ length: 101 }, (_, n) => entry(`t${n}`))))).toMatch(
      /^ValidationException: 1 validation error detected: .*Member must have length less than or equal to 100$/s,
    );
    const large = (id: string) => ({
      Put: { TableName, Item: { ...key(id), v: { S: 'x'.repeat(390 * 1024) } } },
    });
    expect(await refused(transact(Array.from({ length: 11 }, (_, n) => large(`l${n}`))))).toMatch(
      /^ValidationException: /,
    );
    expect(await get('t1', 'ledger')).toBeUndefined();
  });

  it('takes effect once per client token within ten minutes', async () => {
    await transact([move('ann', -4)], 'token-1');
    await transact([move('ann', -4)], 'token-1');
    expect(await get('ann')).toEqual(account('ann', 6));
    await expect(transact([move('ann', -5)], 'token-1')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    aws.clock.advance(10 * 60_000 - 1000);
    await transact([move('ann', -4)], 'token-1');
    expect(await get('ann')).toEqual(account('ann', 6));
    aws.clock.advance(1000);
    await transact([move('ann', -4)], 'token-1');
    expect(await get('ann')).toEqual(account('ann', 2));
  });

  it('does not remember a token whose transaction was cancelled', async () => {
    expect(await refused(transact([move('ann', -11)], 'token-2'))).toMatch(/^TransactionCanceledException/);
    await client.send(new PutItemCommand({ TableName, Item: account('ann', 11) }));
    await transact([move('ann', -11)], 'token-2');
    expect(await get('ann')).toEqual(account('ann', 0));
  });

  it('takes effect once when its answer is lost and the SDK asks again', async () => {
    aws.faults.add({ operation: 'TransactWriteItems', kind: 'dropResponse', times: 1 });
    const retrying = new DynamoDBClient({
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await retrying.send(new TransactWriteItemsCommand({ TransactItems: [move('ann', -4)] }));
    expect(await get('ann')).toEqual(account('ann', 6));
    expect(aws.calls().filter(({ operation }) => operation === 'TransactWriteItems')).toHaveLength(2);
  });

  it('is authorized entry by entry', async () => {
    aws.clearCalls();
    await transact([
      entry('t1'),
      move('ann', 1),
      { Delete: { TableName, Key: key('x') } },
      { ConditionCheck: { TableName, Key: key('bob'), ConditionExpression: 'attribute_exists(id)' } },
    ]);
    expect(aws.calls()[0]?.touched).toEqual([
      { action: 'dynamodb:PutItem', resource: arn('ledger') },
      { action: 'dynamodb:UpdateItem', resource: arn(TableName) },
      { action: 'dynamodb:DeleteItem', resource: arn(TableName) },
      { action: 'dynamodb:ConditionCheckItem', resource: arn(TableName) },
    ]);
  });
});

describe('TransactGetItems', () => {
  it('answers in the order of the entries, with nothing for what is not there', async () => {
    aws.clearCalls();
    const { Responses } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: [
          { Get: { TableName, Key: key('bob'), ProjectionExpression: 'balance' } },
          { Get: { TableName: 'ledger', Key: key('none') } },
          { Get: { TableName, Key: key('ann') } },
        ],
      }),
    );
    expect(Responses).toEqual([{ Item: { balance: { N: '5' } } }, {}, { Item: account('ann', 10) }]);
    expect(aws.calls()[0]?.touched).toContainEqual({ action: 'dynamodb:GetItem', resource: arn('ledger') });
  });
});

describe('BatchWriteItem', () => {
  it('puts and deletes over tables', async () => {
    const { UnprocessedItems } = await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ DeleteRequest: { Key: key('ann') } }, { PutRequest: { Item: account('cyd', 1) } }],
          ledger: [{ PutRequest: { Item: key('t1') } }],
        },
      }),
    );
    expect(UnprocessedItems).toEqual({});
    expect([await get('ann'), await get('cyd'), await get('t1', 'ledger')]).toEqual([
      undefined,
      account('cyd', 1),
      key('t1'),
    ]);
  });

  it('writes nothing when one request is bad', async () => {
    const write = (requests: unknown[]) =>
      refused(
        client.send(
          new BatchWriteItemCommand({
            // Deliberately malformed requests: the types would not let them through.
            RequestItems: { [TableName]: [{ PutRequest: { Item: account('cyd', 1) } }, ...(requests as [])] },
          }),
        ),
      );
    expect(await write([{ DeleteRequest: { Key: key('cyd') } }])).toBe(
      'ValidationException: Provided list of item keys contains duplicates',
    );
    expect(await write([{ PutRequest: { Item: { other: { S: 'x' } } } }])).toBe(
      'ValidationException: One or more parameter values were invalid: Missing the key id in the item',
    );
    expect(await write([{}])).toMatch(/^ValidationException: Supplied AttributeValue has more than one datatypes set/);
    const many = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: account(`n${n}`, 1) } }));
    expect(await write(many)).toMatch(/Member must have length less than or equal to 25$/);
    expect(await get('cyd')).toBeUndefined();
  });
});

describe('BatchGetItem', () => {
  it('gets what is there, by table', async () => {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({
        RequestItems: {
          [TableName]: { Keys: [key('bob'), key('none')], ProjectionExpression: 'balance' },
          ledger: { Keys: [key('t1')] },
        },
      }),
    );
    expect(Responses).toEqual({ [TableName]: [{ balance: { N: '5' } }], ledger: [] });
    expect(UnprocessedKeys).toEqual({});
  });

  it('leaves unprocessed what does not fit into 16 MB, and refuses duplicates', { timeout: 60_000 }, async () => {
    const ids = Array.from({ length: 45 }, (_, n) => `big${n}`);
    for (const id of ids) {
      await client.send(new PutItemCommand({ TableName, Item: { ...key(id), v: { S: 'x'.repeat(380 * 1024) } } }));
    }
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: ids.map(key) } } }),
    );
    const [found, left] = [Responses?.[TableName] ?? [], UnprocessedKeys?.[TableName]?.Keys ?? []];
    expect(found.length).toBe(Math.floor((16 * 1024) / 380.01));
    expect([...found.map(({ id }) => id?.S), ...left.map(({ id }) => id?.S)].sort()).toEqual([...ids].sort());
    expect(
      await refused(
        client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('ann'), key('ann')] } } })),
      ),
    ).toBe('ValidationException: Provided list of item keys contains duplicates');
  });
});
