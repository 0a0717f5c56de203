import type { PutItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
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

const TableName = 'items';
const Key = { pk: { S: 'a' }, sk: { N: '1' } };

beforeEach(async () => {
  aws.reset();
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
        { AttributeName: 'owner', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-owner',
          KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
});

const put = (input: Partial<PutItemCommandInput>) =>
  client.send(new PutItemCommand({ TableName, Item: Key, ...input }));
const update = (input: Partial<UpdateItemCommandInput>) =>
  client.send(new UpdateItemCommand({ TableName, Key, ...input }));
const get = async (key = Key) => (await client.send(new GetItemCommand({ TableName, Key: key }))).Item;
const refused = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return `${error?.name}: ${error?.message}`;
};
const invalid = (reason: string) => `ValidationException: One or more parameter values were invalid: ${reason}`;
const notValid = (reason: string) => `ValidationException: One or more parameter values are not valid. ${reason}`;

describe('PutItem', () => {
  it('stores every type and gives it back', async () => {
    const item = {
      ...Key,
      s: { S: '' },
      n: { N: '-12.5' },
      b: { B: Buffer.from([0, 255]) },
      t: { BOOL: false },
      z: { NULL: true as const },
      ss: { SS: ['', 'ü'] },
      ns: { NS: ['1', '2'] },
      bs: { BS: [Buffer.from([1])] },
      l: { L: [{ M: { a: { L: [] } } }] },
      m: { M: { constructor: { S: 'a name like any other' } } },
    };
    await put({ Item: item });
    expect(await get()).toEqual({ ...item, b: { B: new Uint8Array([0, 255]) }, bs: { BS: [new Uint8Array([1])] } });
  });

  it('replaces the whole item and returns the old one when asked', async () => {
    await put({ Item: { ...Key, v: { S: 'old' }, w: { S: 'gone' } } });
    const { Attributes } = await put({ Item: { ...Key, v: { S: 'new' } }, ReturnValues: 'ALL_OLD' });
    expect(Attributes).toEqual({ ...Key, v: { S: 'old' }, w: { S: 'gone' } });
    expect(await get()).toEqual({ ...Key, v: { S: 'new' } });
    expect(await refused(put({ ReturnValues: 'ALL_NEW' }))).toBe(
      'ValidationException: ReturnValues can only be ALL_OLD or NONE',
    );
  });

  it('finds the item under every spelling of its number key', async () => {
    await put({ Item: { pk: { S: 'a' }, sk: { N: '1.50e1' } } });
    expect(await get({ pk: { S: 'a' }, sk: { N: '015.0' } })).toEqual({ pk: { S: 'a' }, sk: { N: '15' } });
  });

  it('keeps apart keys whose parts would join to the same text', async () => {
    const one = { pk: { S: 'a","b' }, sk: { N: '1' } };
    await put({ Item: one });
    expect(await get({ pk: { S: 'a' }, sk: { N: '1' } })).toBeUndefined();
    expect(await get(one)).toEqual(one);
  });

  it('holds attributes named like members of every object', async () => {
    const odd = Object.fromEntries([
      ['__proto__', { S: 'x' }],
      ['toString', { S: 'y' }],
    ]);
    await put({ Item: { ...Key, ...odd } });
    await update({
      ConditionExpression: 'attribute_not_exists(hasOwnProperty) AND toString = :y',
      UpdateExpression: 'REMOVE toString',
      ExpressionAttributeValues: { ':y': { S: 'y' } },
    });
    const { Attributes } = await update({ ReturnValues: 'ALL_NEW' });
    expect(Object.keys(Attributes ?? {})).not.toContain('toString');
  });

  it.each([
    [{ sk: { N: '1' } }, invalid('Missing the key pk in the item')],
    [{ ...Key, pk: { N: '1' } }, invalid('Type mismatch for key pk expected: S actual: N')],
    [
      { ...Key, pk: { S: '' } },
      notValid('The AttributeValue for a key attribute cannot contain an empty string value. Key: pk'),
    ],
    [
      { ...Key, owner: { N: '1' } },
      invalid('Type mismatch for Index Key owner Expected: S Actual: N IndexName: by-owner'),
    ],
    [
      { ...Key, owner: { S: '' } },
      notValid(
        'A value specified for a secondary index key is not supported. The AttributeValue for a key attribute ' +
          'cannot contain an empty string value. IndexName: by-owner, IndexKey: owner',
      ),
    ],
    [
      { ...Key, pk: { S: 'ü'.repeat(1025) } },
      invalid('Size of hashkey has exceeded the maximum size limit of2048 bytes'),
    ],
    [{ ...Key, v: { SS: [] } }, invalid('An string set  may not be empty')],
    [{ ...Key, v: { NS: ['1', '1.0'] } }, 'ValidationException: Input collection contains duplicates'],
    [{ ...Key, v: { SS: ['a', 'a'] } }, invalid('Input collection [a, a] contains duplicates.')],
    [
      { ...Key, v: { L: [{ N: 'b' }] } },
      'ValidationException: The parameter cannot be converted to a numeric value: b',
    ],
  ])('refuses an item: %#', async (Item, message) => {
    expect(await refused(put({ Item }))).toBe(message);
  });

  it('refuses an item of more than 400 KB, names and UTF-8 bytes counted', async () => {
    // pk + a + sk + number 1 = 2 + 1 + 2 + 2 bytes; the name v is one more.
    const room = 400 * 1024 - 8;
    await put({ Item: { ...Key, v: { S: 'ü'.repeat(room / 2) } } });
    expect(await refused(put({ Item: { ...Key, v: { S: `${'ü'.repeat(room / 2)}!` } } }))).toBe(
      'ValidationException: Item size has exceeded the maximum allowed size',
    );
    expect(
      await refused(update({ UpdateExpression: 'SET w = :w', ExpressionAttributeValues: { ':w': { S: '' } } })),
    ).toBe('ValidationException: Item size to update has exceeded the maximum allowed size');
  });
});

describe('a condition', () => {
  it('that fails changes nothing and says so', async () => {
    await put({ Item: { ...Key, v: { N: '1' } } });
    const again = { Item: { ...Key, v: { N: '2' } }, ConditionExpression: 'attribute_not_exists(pk)' };
    expect(await refused(put(again))).toBe('ConditionalCheckFailedException: The conditional request failed');
    expect(await get()).toEqual({ ...Key, v: { N: '1' } });
    await expect(put({ ...again, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { ...Key, v: { N: '1' } },
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('sees a missing item as one without attributes', async () => {
    const failed = update({
      ConditionExpression: 'attribute_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(failed).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: undefined });
    await update({ ConditionExpression: 'attribute_not_exists(pk)' });
    expect(await get()).toEqual(Key);
  });
});

describe('UpdateItem', () => {
  it('creates an item with its key', async () => {
    await update({ UpdateExpression: 'ADD hits :one', ExpressionAttributeValues: { ':one': { N: '1' } } });
    expect(await get()).toEqual({ ...Key, hits: { N: '1' } });
  });

  it('returns what ReturnValues asks for', async () => {
    await put({ Item: { ...Key, a: { N: '1' }, b: { M: { c: { S: 'x' }, d: { S: 'y' } } } } });
    const change = {
      UpdateExpression: 'SET a = a + :one, b.c = :z REMOVE gone',
      ExpressionAttributeValues: { ':one': { N: '1' }, ':z': { S: 'z' } },
    };
    const returned = async (ReturnValues: NonNullable<UpdateItemCommandInput['ReturnValues']>) =>
      (await update({ ...change, ReturnValues })).Attributes;
    const item = (a: string, c: string) => ({ ...Key, a: { N: a }, b: { M: { c: { S: c }, d: { S: 'y' } } } });
    expect(await returned('ALL_OLD')).toEqual(item('1', 'x'));
    expect(await returned('UPDATED_OLD')).toEqual({ a: { N: '2' }, b: { M: { c: { S: 'z' } } } });
    expect(await returned('UPDATED_NEW')).toEqual({ a: { N: '4' }, b: { M: { c: { S: 'z' } } } });
    expect(await returned('ALL_NEW')).toEqual(item('5', 'z'));
    expect(await returned('NONE')).toBeUndefined();
  });

  it('refuses to touch the key, or an index key as a container', async () => {
    expect(
      await refused(update({ UpdateExpression: 'SET sk = :v', ExpressionAttributeValues: { ':v': { N: '2' } } })),
    ).toBe(invalid('Cannot update attribute sk. This attribute is part of the key'));
    expect(
      await refused(
        update({
          UpdateExpression: 'SET #o.x = :v',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':v': { N: '2' } },
        }),
      ),
    ).toBe(
      "ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' " +
        'are not allowed: IndexKey: owner',
    );
  });
});

describe('DeleteItem', () => {
  it('returns what it deleted, and nothing for nothing', async () => {
    await put({ Item: { ...Key, v: { S: 'x' } } });
    const remove = () => client.send(new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
    expect((await remove()).Attributes).toEqual({ ...Key, v: { S: 'x' } });
    expect((await remove()).Attributes).toBeUndefined();
    expect(await get()).toBeUndefined();
  });
});

describe('GetItem', () => {
  it('projects paths, elements of lists closing up', async () => {
    await put({
      Item: { ...Key, l: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }] }, m: { M: { x: { N: '1' }, y: { N: '2' } } } },
    });
    const { Item } = await client.send(
      new GetItemCommand({
        TableName,
        Key,
        ProjectionExpression: 'm.y, l[2], l[0], absent.#x',
        ExpressionAttributeNames: { '#x': 'x' },
      }),
    );
    expect(Item).toEqual({ l: { L: [{ S: 'a' }, { S: 'c' }] }, m: { M: { y: { N: '2' } } } });
  });

  it.each([[{ pk: { S: 'a' } }], [{ ...Key, more: { S: 'x' } }], [{ pk: { S: 'a' }, sk: { S: '1' } }]])(
    'refuses the key %j',
    async (key) => {
      expect(await refused(client.send(new GetItemCommand({ TableName, Key: key })))).toBe(
        'ValidationException: The provided key element does not match the schema',
      );
    },
  );

  it('says that a table is missing', async () => {
    expect(await refused(client.send(new GetItemCommand({ TableName: 'nowhere', Key })))).toBe(
      'ResourceNotFoundException: Requested resource not found',
    );
  });

  it('takes an ARN for a name, and knows other places’ tables as missing', async () => {
    await put({});
    const byArn = (region: string) =>
      client.send(new GetItemCommand({ TableName: `arn:aws:dynamodb:${region}:123456789012:table/items`, Key }));
    expect((await byArn('eu-west-1')).Item).toEqual(Key);
    expect(await refused(byArn('us-east-1'))).toBe('ResourceNotFoundException: Requested resource not found');
  });
});

describe('the call log', () => {
  it('names the table that was touched, even by a call that was refused', async () => {
    aws.clearCalls();
    await refused(put({ ConditionExpression: 'attribute_exists(pk)' }));
    expect(aws.calls()).toMatchObject([
      {
        operation: 'PutItem',
        error: 'ConditionalCheckFailedException',
        touched: [{ action: 'dynamodb:PutItem', resource: 'arn:aws:dynamodb:eu-west-1:123456789012:table/items' }],
      },
    ]);
  });
});

describe('consumed capacity', () => {
  it('counts 4 KB reads and 1 KB writes', async () => {
    const { ConsumedCapacity: written } = await put({
      Item: { ...Key, v: { S: 'x'.repeat(1500) } },
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(written).toEqual({ TableName, CapacityUnits: 2 });
    const { ConsumedCapacity: read } = await client.send(
      new GetItemCommand({ TableName, Key, ReturnConsumedCapacity: 'INDEXES' }),
    );
    expect(read).toEqual({ TableName, CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } });
  });
});
