import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal } from './dynamodb-endpoint.ts';
import { dynamodb, invalid, MALFORMED, preparePartiql, put, stored, T } from './dynamodb-partiql.fixture.ts';

preparePartiql();

const run = (Statement: string, Parameters?: AttributeValue[], more: object = {}) =>
  dynamodb.client.executeStatement({ Statement, Parameters, ...more });

describe('SELECT', () => {
  const keys = async (where: string, parameters?: AttributeValue[]) =>
    ((await run(`SELECT * FROM "${T}" WHERE ${where}`, parameters)).Items ?? []).map(({ sk }) => sk?.N);
  beforeEach(async () => {
    for (const sk of ['1', '2', '3']) await put({ pk: { S: 'p' }, sk: { N: sk }, s: { S: `s${sk}` } });
    await put({
      pk: { S: 'q' },
      ss: { SS: ['a', 'b', 'c'] },
      s: { S: 'str' },
      m: { M: { sub: { S: 'x' } } },
      nul: { NULL: true },
      flag: { BOOL: true },
    });
  });

  it.each<[string, string[]]>([
    ["pk = 'p'", ['1', '2', '3']],
    ["pk = 'p' AND sk > 1", ['2', '3']],
    ["pk = 'p' AND sk BETWEEN 2 AND 3", ['2', '3']],
    ["pk = 'p' AND sk >= .2e1 AND begins_with(s, 's')", ['2', '3']],
    ["pk = 'p' AND sk = 3.0E0", ['3']],
    ["pk = 'p' AND NOT sk = 1", ['2', '3']],
    ["pk = 'p' AND sk IN [1, 3]", ['1', '3']],
    ["pk = 'p' AND (s = 's1' OR s = 's3')", ['1', '3']],
    ["pk IN ['p', 'x'] AND sk < 2", ['1']],
    ["pk = 'p' AND sk = 1 -- a note", ['1']],
    ["pk = 'p' /* a note */ AND sk = 2", ['2']],
    ["pk = 'p' ORDER BY sk DESC", ['3', '2', '1']],
    ["pk = 'p' AND NOT sk = 1 OR pk = 'p' AND sk = 2", ['2', '3']],
  ])('reads by %s (grammar, whereOverlap)', async (where, found) => {
    expect(await keys(where)).toEqual(found);
  });

  it.each([
    ['attribute_exists(ss)', 1],
    ['attribute_exists(nope)', 0],
    ['NOT attribute_exists(nope)', 1],
    ['ATTRIBUTE_EXISTS("ss")', 1],
    ['attribute_exists(ss) = true', 1],
    ['attribute_exists(m.sub)', 1],
    ['attribute_not_exists(ss)', 0],
    ['(attribute_exists(nope) OR attribute_exists(ss))', 1],
    ['size(s) = 3', 1],
    ["attribute_type(ss, 'SS')", 1],
    ["contains(ss, 'b')", 1],
    ['nul IS NULL', 1],
    ['s IS NOT NULL', 1],
    ['flag IS BOOL', 1],
    ['s IS STRING', 1],
    ['s IS MISSING', 0],
    ['nope IS MISSING', 1],
    ["ss = <<'c', 'a', 'b'>>", 1],
    ["m = {'sub': 'x'}", 1],
  ])('filters by %s (whereFunctions, comparison)', async (condition, count) => {
    expect(await keys(`pk = 'q' AND ${condition}`)).toHaveLength(count);
  });

  it('takes parameters and projects paths under their last name (executeStatement)', async () => {
    const { Items } = await run(`SELECT m.sub, s FROM ${T} WHERE pk = ?`, [{ S: 'q' }]);
    expect(Items).toEqual([{ sub: { S: 'x' }, s: { S: 'str' } }]);
  });

  it('is paged by NextToken, which belongs to its statement', async () => {
    const first = await run(`SELECT sk FROM "${T}" WHERE pk = 'p'`, undefined, { Limit: 2 });
    expect(first.Items).toEqual([{ sk: { N: '1' } }, { sk: { N: '2' } }]);
    const { NextToken } = first;
    const second = await run(`SELECT sk FROM "${T}" WHERE pk = 'p'`, undefined, { NextToken });
    expect(second.Items).toEqual([{ sk: { N: '3' } }]);
    expect(second.NextToken).toBeUndefined();
    const other = run(`SELECT sk FROM "${T}" WHERE pk = 'q'`, undefined, { NextToken });
    expect(await refusal(other)).toEqual(invalid('NextToken does not match request'));
    const forged = run(`SELECT sk FROM "${T}" WHERE pk = 'q'`, undefined, { NextToken: 'x' });
    expect(await refusal(forged)).toEqual(invalid('Invalid NextToken'));
  });

  it('says what it consumed', async () => {
    const { ConsumedCapacity } = await run(`SELECT * FROM "${T}" WHERE pk = 'p'`, undefined, {
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(ConsumedCapacity).toEqual({ TableName: T, CapacityUnits: 0.5 });
    expect(await refusal(run('SELECT * FROM "absent" WHERE pk = 1'))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });
});

describe('an index', () => {
  const rows = async (statement: string) => (await run(statement)).Items ?? [];
  beforeEach(async () => {
    await put({ pk: { S: 'p' }, g: { S: 'y' }, l: { S: 'k1' }, projected: { S: 'a' }, other: { S: 'b' } });
    await put({ pk: { S: 'p' }, sk: { N: '2' }, other: { S: 'b' } });
  });

  it('gives what it holds (indexQualifier)', async () => {
    expect(await rows(`SELECT * FROM "${T}"."gsi-inc" WHERE g = 'y'`)).toEqual([
      { pk: { S: 'p' }, sk: { N: '1' }, g: { S: 'y' }, projected: { S: 'a' } },
    ]);
    expect(await rows(`SELECT other FROM "${T}"."lsi-keys" WHERE pk = 'p'`)).toEqual([{ other: { S: 'b' } }]);
    expect(await rows(`SELECT pk FROM "${T}"."gsi-inc" WHERE other = 'b'`)).toEqual([]);
    expect(await rows(`SELECT pk FROM "${T}"."lsi-keys" WHERE other = 'b'`)).toEqual([]);
  });

  it.each([
    [
      `SELECT pk FROM "${T}"."gsi-inc" WHERE g = 'y' AND other = 'b'`,
      'One or more parameter values were invalid: Secondary index gsi-inc does not project one or more filter attributes: [other]',
    ],
    [
      `SELECT pk FROM "${T}"."lsi-keys" WHERE pk = 'p' AND other IS MISSING`,
      'One or more parameter values were invalid: Secondary index lsi-keys does not project one or more filter attributes: [other]',
    ],
    [
      `SELECT other FROM "${T}"."gsi-inc" WHERE g = 'y'`,
      'One or more parameter values were invalid: Global secondary index gsi-inc does not project [other]',
    ],
    [`SELECT * FROM "${T}"."none" WHERE pk = 'p'`, 'The table does not have the specified index'],
    [`SELECT * FROM "${T}"."a"."b" WHERE pk = 'p'`, 'A path may contain at most 2 components in the FROM clause'],
    [`SELECT * FROM "${T}"."" WHERE pk = 'p'`, 'Path component cannot be an empty string'],
  ])('refuses %s (partiql)', async (statement, message) => {
    expect(await refusal(run(statement))).toEqual(invalid(message));
  });

  it('refuses a consistent read of a global index (partiql)', async () => {
    const read = run(`SELECT * FROM "${T}"."gsi-inc" WHERE g = 'y'`, undefined, { ConsistentRead: true });
    expect(await refusal(read)).toEqual(
      invalid('Strongly consistent read is not supported on Global Secondary Indexes'),
    );
  });
});

describe('a write', () => {
  const KEY = "pk = 'a' AND sk = 1";

  it('answers with an empty list (writeResponses)', async () => {
    expect((await run(`INSERT INTO "${T}" VALUE {'pk': 'a', 'sk': 1, 'l2': [1, {'x': null}]}`)).Items).toEqual([]);
    expect((await run(`UPDATE "${T}" SET n = 2 WHERE ${KEY}`)).Items).toEqual([]);
    expect(await stored('a')).toEqual({
      pk: { S: 'a' },
      sk: { N: '1' },
      l2: { L: [{ N: '1' }, { M: { x: { NULL: true } } }] },
      n: { N: '2' },
    });
    expect((await run(`DELETE FROM "${T}" WHERE ${KEY}`)).Items).toEqual([]);
    expect((await run(`DELETE FROM "${T}" WHERE ${KEY}`)).Items).toEqual([]);
  });

  it('does not insert over an item, nor update one that is absent (executeStatement, setFunctions)', async () => {
    await put({ pk: { S: 'a' } });
    expect(await refusal(run(`INSERT INTO "${T}" VALUE {'pk': 'a', 'sk': 1}`))).toEqual({
      name: 'DuplicateItemException',
      message: 'Duplicate primary key exists in table',
    });
    const absent = run(`UPDATE "${T}" SET z = 1 WHERE pk = 'b' AND sk = 1 AND attribute_not_exists(z)`);
    expect((await refusal(absent)).name).toBe('ConditionalCheckFailedException');
    expect(await stored('b')).toBeUndefined();
  });

  it('takes further conditions as its own (whereFunctions)', async () => {
    await put({ pk: { S: 'a' }, n: { N: '5' } });
    await run(`UPDATE "${T}" SET z = 1 WHERE ${KEY} AND attribute_exists(n)`);
    expect((await refusal(run(`DELETE FROM "${T}" WHERE ${KEY} AND n = 6`))).name).toBe(
      'ConditionalCheckFailedException',
    );
    expect((await stored('a'))?.z).toEqual({ N: '1' });
  });

  it('computes, appends, adds to sets and removes (setFunctions)', async () => {
    await put({ pk: { S: 'a' }, n: { N: '5' }, l2: { L: [] }, ss: { SS: ['a', 'b'] }, gone: { S: 'x' } });
    await run(
      `UPDATE "${T}" SET n = n + 2 SET l2 = list_append(l2, ['x']), ss = set_add(ss, <<'c'>>) REMOVE gone WHERE ${KEY}`,
    );
    await run(`UPDATE "${T}" SET ss = SET_DELETE(ss, ?) WHERE ${KEY}`, [{ SS: ['a'] }]);
    expect(await stored('a')).toEqual({
      pk: { S: 'a' },
      sk: { N: '1' },
      n: { N: '7' },
      l2: { L: [{ S: 'x' }] },
      ss: { SS: ['b', 'c'] },
    });
  });

  it('returns what RETURNING asks for (batchExecuteStatement)', async () => {
    await put({ pk: { S: 'a' }, n: { N: '1' } });
    const items = async (statement: string) => (await run(statement)).Items;
    expect(await items(`UPDATE "${T}" SET n = 2 WHERE ${KEY} RETURNING MODIFIED OLD *`)).toEqual([{ n: { N: '1' } }]);
    expect(await items(`UPDATE "${T}" SET n = 3 WHERE ${KEY} RETURNING ALL NEW *`)).toEqual([
      { pk: { S: 'a' }, sk: { N: '1' }, n: { N: '3' } },
    ]);
    expect(await items(`UPDATE "${T}" REMOVE n WHERE ${KEY} RETURNING MODIFIED NEW *`)).toEqual([]);
    expect(await items(`DELETE FROM "${T}" WHERE ${KEY} RETURNING ALL OLD *`)).toEqual([
      { pk: { S: 'a' }, sk: { N: '1' } },
    ]);
  });
});

describe('the grammar refuses', () => {
  const LEFTOVER = `${MALFORMED}Unexpected token after expression`;
  const OVERFLOW = 'Number overflow. Attempting to store a number with magnitude larger than supported range';
  const update = (set: string) => `UPDATE "${T}" SET ${set} WHERE pk = 'a' AND sk = 1`;

  it.each([
    [`SELECT * FROM "${T}" WHERE sk = 1 foo`, LEFTOVER],
    [`SELECT * FROM "${T}" WHERE sk = 1)`, LEFTOVER],
    [`INSERT INTO "${T}" VALUE {'pk': 'a', 'sk': 1} foo`, LEFTOVER],
    [`INSERT INTO "${T}" t VALUE {'pk': 'a'}`, LEFTOVER],
    [`DELETE FROM "${T}" WHERE pk = 'a' AND sk = 1 ORDER BY pk`, LEFTOVER],
    [`SELECT * FROM "${T}" ORDER BY pk WHERE sk = 1`, LEFTOVER],
    [`SELECT * FROM "${T}" WHERE sk = 1e2147483648`, MALFORMED],
    [`SELECT * FROM "${T}" WHERE sk = 1.5e-2147483647`, MALFORMED],
    [`SELECT * FROM "${T}" WHERE sk = 1 # note`, MALFORMED],
    [`SELECT * FROM "${T}" WHERE sk = 1 /* note`, MALFORMED],
    [`SLECT * FROM "${T}"`, `${MALFORMED}Expected data manipulation`],
    [`SELECT * FROM "${T}" t WHERE pk = 'x'`, 'Aliasing is not supported'],
    [`UPDATE "${T}" t SET a = 3 WHERE pk = 'x'`, 'Aliasing is not supported'],
    [`SELECT * FROM "${T}" WHERE sk = 1e126`, `${OVERFLOW} under root`],
    [`INSERT INTO "${T}" VALUE {'pk': 'a', 'm': {'x': 1e126}}`, `${OVERFLOW} under root.x`],
    [`INSERT INTO "${T}" VALUE {'pk': 'a', 'l': [1, 1e126]}`, `${OVERFLOW} under root[1]`],
    [
      `DELETE FROM "${T}" WHERE pk = 'x' RETURNING MODIFIED OLD *`,
      'Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements.',
    ],
    [
      `SELECT * FROM "${T}" WHERE attribute_exists('ss')`,
      'Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      `SELECT * FROM "${T}" WHERE attribute_exists()`,
      'Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 0',
    ],
    [`SELECT attribute_exists(ss) FROM "${T}"`, 'Unexpected path component at 1:8:16'],
    [`SELECT * FROM "${T}" WHERE EXISTS(ss)`, 'Unrecognized function: exists at 1:30:6'],
    [`SELECT * FROM "${T}" WHERE attribute_exists(m.inner)`, `${MALFORMED}Invalid path dot component`],
    [update("t = set_add(ss, <<'x'>>)"), 'The first argument to SET_ADD must equal the assignment value at 1:25:7'],
    [update("ss = set_add(ss, 'x')"), 'The second argument to SET_ADD must be a value with type SET at 1:34:2'],
    [update('ss = set_add(ss)'), 'SET_ADD must have exactly two arguments at 1:26:7'],
    [update('ss = set_add(ss, <<>>)'), 'Empty bags are not supported'],
    [
      update("ss = set_add(ss, <<'x', 'x'>>)"),
      'One or more parameter values were invalid: Input collection [x, x] contains duplicates.',
    ],
    [
      `UPDATE "${T}" SET n = 1 WHERE pk = 'a'`,
      'Where clause does not contain a mandatory equality on all key attributes',
    ],
  ])('%s (partiqlGrammar, partiqlFunctions; LocalDB)', async (statement, message) => {
    expect(await refusal(run(statement))).toEqual(invalid(message));
  });

  it.each(['<', '<=', '>', '>='])('%s with an operand that has no order (comparison)', async (operator) => {
    const statement = `SELECT pk FROM "${T}" WHERE pk = 'x' AND val ${operator} ?`;
    expect(await refusal(run(statement, [{ BOOL: true }]))).toEqual(
      invalid(`Incorrect operand type for operator or function; operator or function: ${operator}, operand type: BOOL`),
    );
  });

  // Source: ValidationExceptionMessages of AWS's DynamoDB local.
  it('other numbers of parameters than the statement has', async () => {
    const mismatch = invalid("Number of parameters in request and statement don't match.");
    expect(await refusal(run(`SELECT * FROM "${T}" WHERE pk = ?`))).toEqual(mismatch);
    expect(await refusal(run(`SELECT * FROM "${T}" WHERE pk = 'a'`, [{ S: 'a' }]))).toEqual(mismatch);
  });
});
