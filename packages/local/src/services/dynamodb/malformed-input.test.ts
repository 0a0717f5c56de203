import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../core/service-error.ts';
import { newTable, TableName } from './model.fixture.ts';
import { dynamodb } from './service.ts';

describe('malformed input', () => {
  const OPERATIONS = Object.keys(dynamodb.actions);
  /** Names that the operations know, so that fuzz reaches past the first check. */
  const names = fc.constantFrom(
    'TableName',
    'Key',
    'Item',
    'KeySchema',
    'AttributeDefinitions',
    'BillingMode',
    'TransactItems',
    'RequestItems',
    'Put',
    'Update',
    'Get',
    'UpdateExpression',
    'ConditionExpression',
    'KeyConditionExpression',
    'FilterExpression',
    'ProjectionExpression',
    'ExpressionAttributeNames',
    'ExpressionAttributeValues',
    'ExclusiveStartKey',
    'Limit',
    'Select',
    'IndexName',
    'Segment',
    'TotalSegments',
    'TimeToLiveSpecification',
    'ResourceArn',
    'Tags',
    'ReturnValues',
    'S',
    'N',
    'B',
    'SS',
    'NS',
    'BS',
    'L',
    'M',
    'BOOL',
    'NULL',
    'pk',
    'sk',
    'model',
    '#a',
    ':v',
    '__proto__',
    'constructor',
  );
  const expressions = fc
    .array(
      fc.constantFrom(
        'SET',
        'REMOVE',
        'ADD',
        'DELETE',
        'a',
        'a.b',
        'a[0]',
        'pk',
        'sk',
        '#a',
        ':v',
        '=',
        '<',
        '<>',
        '+',
        '-',
        ',',
        '(',
        ')',
        'AND',
        'OR',
        'NOT',
        'BETWEEN',
        'IN',
        'size(a)',
        'begins_with(a, :v)',
        'if_not_exists(a, :v)',
        'list_append(a, :v)',
        'attribute_exists(a)',
        'name',
        '[',
        '.',
        '"',
        '\u{1f600}',
      ),
      { maxLength: 12 },
    )
    .map((words) => words.join(' '));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('model', 'a', '', '1', '-0.5e3', 'YQ==', 'ALL_OLD', 'COUNT', 'arn:aws:dynamodb:x', 'HASH', 'S'),
      expressions,
      fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 1e300),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const inputs = fc.dictionary(names, tree, { maxKeys: 6 });

  it('gets an error of AWS, never a crash', async () => {
    const call = await newTable();
    await call('PutItem', { TableName, Item: { pk: { S: 'a' }, sk: { N: '1' }, a: { L: [{ S: 'x' }] } } });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...OPERATIONS), inputs, fc.boolean(), async (operation, input, named) => {
        try {
          await call(operation, named ? { ...input, TableName, Key: { pk: { S: 'a' }, sk: { N: '1' } } } : input);
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          expect(error.status === 400 || error.code === 'NotImplemented').toBe(true);
        }
      }),
      { numRuns: 5000 },
    );
  }, 60_000);

  it.each([
    ['PutItem', { TableName: 5 }, 'NUMBER_VALUE cannot be converted to String'],
    ['PutItem', { TableName: {} }, 'Start of structure or map found where not expected'],
    ['PutItem', { TableName, Item: [] }, 'Unrecognized collection type class java.util.Map'],
    ['PutItem', { TableName, Item: { a: { S: true } } }, 'TRUE_VALUE cannot be converted to String'],
    ['PutItem', { TableName, Item: { a: { B: '!!!!' } } }, 'Invalid Base64 character or padding in a binary value'],
    ['PutItem', { TableName, Item: { a: { L: 'x' } } }, 'Unexpected field type'],
    ['Scan', { TableName, Limit: '5' }, 'STRING_VALUE cannot be converted to Integer'],
    ['Scan', { TableName, ConsistentRead: 'yes' }, 'Unexpected token received from parser'],
  ])('%s %j is a SerializationException', async (operation, input, message) => {
    await expect((await newTable())(operation, input)).rejects.toThrow(
      new ServiceError('SerializationException', message),
    );
  });

  it('names every broken constraint at once', async () => {
    const put = (await newTable())('PutItem', { TableName: 'x', ReturnValues: 'SOME' });
    await expect(put).rejects.toThrow(
      new ServiceError(
        'ValidationException',
        "3 validation errors detected: Value 'x' at 'tableName' failed to satisfy constraint: Member must have length " +
          "greater than or equal to 3; Value null at 'item' failed to satisfy constraint: Member must not be null; " +
          "Value 'SOME' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: " +
          '[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]',
      ),
    );
  });

  it('stops at values that are nested too deeply', async () => {
    const nest = (depth: number): unknown => (depth === 0 ? { S: 'x' } : { L: [nest(depth - 1)] });
    const call = await newTable();
    const put = (depth: number) =>
      call('PutItem', { TableName, Item: { pk: { S: 'a' }, sk: { N: '1' }, v: nest(depth) } });
    await put(32);
    await expect(put(33)).rejects.toThrow(/Nesting Levels have exceeded supported limits/);
    await expect(put(2000)).rejects.toThrow(ServiceError);
  });
});
