import { beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import { dynamodb, get, INVALID, invalid, key, prepareTable, put, TableName } from './dynamodb.fixture.ts';
import { refusal, tableInput } from './dynamodb-endpoint.ts';

prepareTable();

describe('numbers ("Data types")', () => {
  it.each([
    ['-0', '0'],
    ['0.000', '0'],
    ['1E3', '1000'],
    ['+007.50', '7.5'],
    ['1e-130', `0.${'0'.repeat(129)}1`],
    ['9.9999999999999999999999999999999999999E+125', `${'9'.repeat(38)}${'0'.repeat(88)}`],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ])('%s is kept as %s', async (given, kept) => {
    await put({ ...key('a'), n: { N: given } });
    expect((await get())?.n).toEqual({ N: kept });
  });

  it.each([
    ['1E126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['-1E-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    ['1'.repeat(39), 'Attempting to store more than 38 significant digits in a Number'],
    ['NaN', 'The parameter cannot be converted to a numeric value: NaN'],
    ['', 'The parameter cannot be converted to a numeric value'],
  ])('%s is refused', async (N, message) => {
    expect(await invalid(put({ ...key('a'), n: { N } }))).toBe(message);
  });

  it('add exactly', async () => {
    await put({ ...key('a'), n: { N: '0.1' } });
    const ExpressionAttributeValues = { ':n': { N: '0.2' } };
    await dynamodb.client.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression: 'SET n = n + :n',
      ExpressionAttributeValues,
    });
    expect((await get())?.n).toEqual({ N: '0.3' });
  });

  it('are one key, however written', async () => {
    await put({ ...key('a', '1.0'), v: { S: 'first' } });
    await put({ ...key('a', '1E0'), v: { S: 'second' } });
    expect((await get(key('a', '1')))?.v).toEqual({ S: 'second' });
    expect((await dynamodb.client.scan({ TableName })).Count).toBe(1);
  });
});

describe('limits ("Service quotas")', () => {
  it('an item has at most 400 KB, names included', async () => {
    // pk + a + sk + 1 (2 bytes) + v
    const text = (size: number) => ({ ...key('a'), v: { S: 'x'.repeat(size - 3 - 4 - 1) } });
    await put(text(400 * 1024));
    expect(await invalid(put(text(400 * 1024 + 1)))).toBe('Item size has exceeded the maximum allowed size');
    const growing = dynamodb.client.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression: 'SET w = :w',
      ExpressionAttributeValues: { ':w': { S: 'x' } },
    });
    expect(await invalid(growing)).toBe('Item size to update has exceeded the maximum allowed size');
  });

  it('a partition key has at most 2048 bytes, a sort key 1024', async () => {
    await put(key('é'.repeat(1024)));
    expect(await invalid(put(key(`${'é'.repeat(1024)}x`)))).toContain('2048 bytes');
    await dynamodb.client.createTable(tableInput(['p:S', 's:S'], { TableName: 'texts' }));
    const text = (size: number) =>
      dynamodb.client.putItem({ TableName: 'texts', Item: { p: { S: 'a' }, s: { S: 'x'.repeat(size) } } });
    await text(1024);
    expect(await invalid(text(1025))).toContain('1024 bytes');
  });

  it('values nest 32 levels deep', async () => {
    const nest = (depth: number): object => (depth === 0 ? { S: 'x' } : { M: { m: nest(depth - 1) } });
    await put({ ...key('a'), v: nest(32) });
    expect(await invalid(put({ ...key('a'), v: nest(33) }))).toContain('Nesting Levels have exceeded supported limits');
  });

  it('an expression has at most 4 KB, and IN 100 operands', async () => {
    const condition = (ConditionExpression: string, names: number) =>
      dynamodb.client.putItem({
        TableName,
        Item: key('a'),
        ConditionExpression,
        ExpressionAttributeValues: Object.fromEntries(
          Array.from({ length: names }, (_, n) => [`:v${n}`, { N: String(n) }]),
        ),
      });
    const list = (count: number) => Array.from({ length: count }, (_, n) => `:v${n}`).join(', ');
    expect((await refusal(condition(`sk IN (${list(100)})`, 100))).name).toBe('ConditionalCheckFailedException');
    expect(await invalid(condition(`sk IN (${list(101)})`, 101))).toContain('too many operands');
    expect(await invalid(condition(`attribute_exists(${'x'.repeat(4096)}) OR pk = :v0`, 1))).toContain(
      'Expression size has exceeded the maximum allowed size',
    );
  });

  it('empty strings and binaries are values, but no keys; sets are never empty', async () => {
    await put({ ...key('a'), s: { S: '' }, b: { B: new Uint8Array() } });
    expect(await get()).toEqual({ ...key('a'), s: { S: '' }, b: { B: new Uint8Array() } });
    expect(await invalid(put(key('')))).toBe(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    );
    expect(await invalid(put({ ...key('a'), owner: { S: '' } }))).toContain('IndexName: by-owner, IndexKey: owner');
    expect(await invalid(put({ ...key('a'), s: { SS: [] } }))).toBe(`${INVALID}An string set  may not be empty`);
    expect(await invalid(put({ ...key('a'), s: { SS: ['x', 'x'] } }))).toBe(
      `${INVALID}Input collection [x, x] contains duplicates.`,
    );
  });

  it('reserved words need a placeholder', async () => {
    const reading = dynamodb.client.getItem({ TableName, Key: key('a'), ProjectionExpression: 'pk, Name' });
    expect(await invalid(reading)).toBe(
      'Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: Name',
    );
  });
});

describe('updates ("Update expressions")', () => {
  const update = (
    UpdateExpression: string,
    values: object = {},
    ReturnValues: 'UPDATED_NEW' | 'UPDATED_OLD' | 'ALL_NEW' = 'UPDATED_NEW',
  ) =>
    dynamodb.client.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression,
      ReturnValues,
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values as Record<string, { N: string }> } : {}), // any values
    });
  const BEFORE = { ...key('a'), m: { M: { b: { S: 'dog' }, c: { L: [{ N: '1' }, { N: '2' }, { N: '3' }] } } } };
  beforeEach(() => put(BEFORE));

  it.each([
    ['SET m.b = :v', { m: { M: { b: { S: 'dog' } } } }, { m: { M: { b: { S: 'new' } } } }],
    ['SET m.c[1] = :v', { m: { M: { c: { L: [{ N: '2' }] } } } }, { m: { M: { c: { L: [{ S: 'new' }] } } } }],
    ['SET m.x = :v', undefined, { m: { M: { x: { S: 'new' } } } }],
    // An element beyond the end is appended, and not returned.
    ['SET m.c[100] = :v', undefined, undefined],
    ['SET z = :v', undefined, { z: { S: 'new' } }],
  ])('%s returns only what it names, within what holds it', async (expression, old, fresh) => {
    const values = { ':v': { S: 'new' } };
    expect((await update(expression, values, 'UPDATED_OLD')).Attributes).toEqual(old);
    await put(BEFORE);
    expect((await update(expression, values, 'UPDATED_NEW')).Attributes).toEqual(fresh);
  });

  it('removing an element returns the one that takes its place', async () => {
    expect((await update('REMOVE m.c[1]')).Attributes).toEqual({ m: { M: { c: { L: [{ N: '3' }] } } } });
    expect((await update('REMOVE m.c[1], m.c[9]', {}, 'UPDATED_OLD')).Attributes).toEqual({
      m: { M: { c: { L: [{ N: '3' }] } } },
    });
    expect((await update('REMOVE m.b')).Attributes).toBeUndefined();
  });

  it('all operands are those from before', async () => {
    await put({ ...key('a'), x: { N: '1' }, y: { N: '2' } });
    expect((await update('SET x = y, y = x')).Attributes).toEqual({ x: { N: '2' }, y: { N: '1' } });
  });

  it('what only takes away creates no item', async () => {
    await dynamodb.client.deleteItem({ TableName, Key: key('a') });
    expect((await update('REMOVE x', {}, 'ALL_NEW')).Attributes).toBeUndefined();
    expect((await update('DELETE x :s', { ':s': { SS: ['a'] } }, 'ALL_NEW')).Attributes).toBeUndefined();
    expect(await get()).toBeUndefined();
    expect((await update('SET x = if_not_exists(x, :n)', { ':n': { N: '1' } })).Attributes).toEqual({ x: { N: '1' } });
  });

  it('<> holds for what is missing, and everything else does not ("Comparison operator and function reference")', async () => {
    const check = (ConditionExpression: string) =>
      dynamodb.client.updateItem({
        TableName,
        Key: key('a'),
        UpdateExpression: 'SET touched = :v',
        ConditionExpression,
        ExpressionAttributeValues: { ':v': { N: '1' } },
      });
    await check('absent <> :v');
    await check('absent <> gone');
    for (const operator of ['=', '<', '<=', '>', '>=']) {
      expect((await refusal(check(`absent ${operator} :v`))).name).toBe('ConditionalCheckFailedException');
    }
    expect((await refusal(check('absent = gone'))).name).toBe('ConditionalCheckFailedException');
  });

  it('a failed condition shows the item when asked', async () => {
    const guarded = {
      TableName,
      Key: key('a'),
      ConditionExpression: 'attribute_exists(z)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    await expect(dynamodb.client.deleteItem(guarded)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: BEFORE,
    });
  });
});

describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', { timeout: 180_000 }, () => {
  it('items are written, queried and refused', async () => {
    const cli = (...args: string[]) => awsCli(dynamodb.url, 'dynamodb', ...args);
    await cli('put-item', '--table-name', TableName, '--item', JSON.stringify({ ...key('a'), v: { S: 'x' } }));
    const found = await cli(
      'query',
      '--table-name',
      TableName,
      '--key-conditions',
      JSON.stringify({ pk: { AttributeValueList: [{ S: 'a' }], ComparisonOperator: 'EQ' } }),
      '--return-consumed-capacity',
      'TOTAL',
    );
    expect(found).toMatchObject({ Count: 1, Items: [{ v: { S: 'x' } }], ConsumedCapacity: { CapacityUnits: 0.5 } });
    const refused = cli('get-item', '--table-name', 'nothing', '--key', JSON.stringify(key('a')));
    await expect(refused).rejects.toThrow(/ResourceNotFoundException.*Requested resource not found/);
  });
});
