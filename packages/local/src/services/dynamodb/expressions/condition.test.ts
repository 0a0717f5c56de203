import { describe, expect, it } from 'vitest';
import { validationError } from '../errors.ts';
import { normaliseAttributes } from '../values/value.ts';
import { evaluateCondition } from './condition.ts';
import { readExpressions } from './expressions.ts';

const VALUES = {
  ':s': { S: 'abc' },
  ':p': { S: 'ab' },
  ':n': { N: '5.0' },
  ':big': { N: '10' },
  ':b': { B: 'YWJj' },
  ':bp': { B: 'YWI=' },
  ':yes': { BOOL: true },
  ':null': { NULL: true },
  ':ss': { SS: ['y', 'x'] },
  ':ns': { NS: ['2', '1'] },
  ':l': { L: [{ S: 'x' }] },
  ':m': { M: { k: { N: '1' } } },
  ':x': { S: 'x' },
  ':one': { N: '1' },
  ':type': { S: 'SS' },
  ':what': { S: 'STRING' },
};

const ITEM = normaliseAttributes({
  s: { S: 'abc' },
  n: { N: '5' },
  b: { B: 'YWJj' },
  yes: { BOOL: true },
  nil: { NULL: true },
  ss: { SS: ['x', 'y'] },
  ns: { NS: ['1', '2'] },
  l: { L: [{ S: 'x' }, { N: '1' }] },
  m: { M: { k: { N: '1' }, 'odd name': { L: [{ S: 'deep' }] } } },
});

/** Binds with exactly the values that the expression uses. */
function bind(text: string, names: Record<string, string> = {}) {
  const used = Object.entries(VALUES).filter(([key]) => new RegExp(`${key}\\b`).test(text));
  const expressions = readExpressions({
    ConditionExpression: text,
    ExpressionAttributeValues: used.length > 0 ? Object.fromEntries(used) : undefined,
    ExpressionAttributeNames: Object.keys(names).length > 0 ? names : undefined,
  });
  const condition = expressions.condition('ConditionExpression');
  expressions.checkAllUsed();
  if (condition === undefined) throw new Error('no condition');
  return condition;
}

const holds = (text: string, names?: Record<string, string>) => evaluateCondition(bind(text, names), ITEM);

describe('a condition holds', () => {
  it.each([
    's = :s',
    ':s = s',
    'n = :n',
    'n < :big',
    'n >= :n',
    's > :p',
    'b > :bp',
    's <> :n',
    'absent <> :n',
    'NOT absent = :n',
    'ss = :ss',
    'ns = :ns',
    'l <> :l',
    'm.k = :one',
    'l[0] = :x',
    '(l)[1] = :one',
    'n BETWEEN :one AND :big',
    'n between :n and :n',
    's IN (:n, :s)',
    'attribute_exists(m.k)',
    'attribute_not_exists(m.z)',
    'attribute_not_exists(l[2])',
    'attribute_not_exists(s.k)',
    'attribute_type(ss, :type)',
    'begins_with(s, :p)',
    'begins_with(b, :bp)',
    'contains(s, :p)',
    'contains(b, :bp)',
    'contains(ss, :x)',
    'contains(ns, :one)',
    'contains(l, :one)',
    'size(s) < :n',
    'size(m) < size(s)',
    'size(ss) BETWEEN :one AND :n',
    'attribute_exists(s) OR attribute_exists(absent) AND attribute_exists(absent)',
    'NOT attribute_exists(absent) AND attribute_exists(s)',
    'not (attribute_exists(s) and attribute_exists(absent))',
    '(attribute_exists(s)) AND (attribute_exists(n) OR attribute_exists(absent))',
    'yes = :yes and nil = :null',
    // AWS answers so: a missing attribute differs even from another (ScyllaDB's tests, which run on
    // DynamoDB too).
    'absent <> missing_too',
  ])('%s', (text) => {
    expect(holds(text)).toBe(true);
  });

  it('with placeholders for any name', () => {
    const names = { '#m': 'm', '#odd': 'odd name' };
    expect(holds('attribute_exists(#m.#odd[0]) AND size(#m.#odd[0]) < :n', names)).toBe(true);
  });
});

describe('a condition does not hold', () => {
  it.each([
    's = :n',
    'n = :s',
    's < :n',
    'absent = :n',
    'absent < :n',
    'absent BETWEEN :one AND :n',
    'absent IN (:n, :s)',
    'size(absent) < :n',
    'size(n) < :n',
    'contains(n, :one)',
    'contains(m, :one)',
    'contains(ss, :one)',
    'begins_with(n, :p)',
    'attribute_type(absent, :type)',
    'attribute_type(s, :type)',
    'l = :ss',
    'yes > nil',
  ])('%s', (text) => {
    expect(holds(text)).toBe(false);
  });
});

describe('a condition is refused', () => {
  it.each([
    ['', 'The expression can not be empty;'],
    ['s', 'Syntax error; token: "<EOF>", near: "s"'],
    ['s = = n', 'Syntax error; token: "=", near: "= = n"'],
    ['s = 4', 'Syntax error; token: "4", near: "= 4"'],
    ['a.b.', 'Syntax error; token: "<EOF>", near: "."'],
    ['s = n AND', 'Syntax error; token: "<EOF>", near: "AND"'],
    ['s n', 'Syntax error; token: "n", near: "s n"'],
    ['l[x] = n', 'Syntax error; token: "x", near: "[x]"'],
    ['ü = n', 'Syntax error; token: "ü", near: "ü"'],
    ['s = "x"', 'Syntax error; token: """, near: "= ""'],
    ['(s = n', 'Syntax error; token: "<EOF>", near: "n"'],
    ['(s = n) = n', 'Syntax error; token: "=", near: ") = n"'],
    ['s IN n', 'Syntax error; token: "n", near: "IN n"'],
    ['s IN (n,)', 'Syntax error; token: ")", near: ",)"'],
    ['and = n', 'Syntax error; token: "and", near: "and ="'],
    ['size(s).k = n', 'Syntax error; token: ".", near: ").k"'],
    ['((s = n))', 'The expression has redundant parentheses;'],
    ['s = ((n))', 'The expression has redundant parentheses;'],
    ['exists(s)', 'Invalid function name; function: exists'],
    ['Attribute_exists(s)', 'Invalid function name; function: Attribute_exists'],
    ['size(s)', 'The function is not allowed to be used this way in an expression; function: size'],
    ['contains(s, n) = n', 'The function is not allowed to be used this way in an expression; function: contains'],
    ['Status = n', 'Attribute name is a reserved keyword; reserved keyword: Status'],
    ['m.name = n', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['#s = n', 'An expression attribute name used in the document path is not defined; attribute name: #s'],
    ['s = :undefined', 'An expression attribute value used in expression is not defined; attribute value: :undefined'],
    [
      'attribute_exists(s, n)',
      'Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2',
    ],
    [
      'size(s, n) = n',
      'Incorrect number of operands for operator or function; operator or function: size, number of operands: 2',
    ],
    ['attribute_exists(:s)', 'Operator or function requires a document path; operator or function: attribute_exists'],
    [
      'begins_with(s, :one)',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    ['size(:one) = n', 'Incorrect operand type for operator or function; operator or function: size, operand type: N'],
    [
      'attribute_type(s, :one)',
      'Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N',
    ],
    [
      'attribute_type(s, :what)',
      'Invalid attribute type name found; type: STRING, valid types: {S,N,B,BOOL,NULL,SS,NS,BS,L,M}',
    ],
    ['s < :yes', 'Incorrect operand type for operator or function; operator: <, operand type: BOOL'],
    [
      'l[0].k = l[0].k',
      'The first operand must be distinct from the remaining operands for this operator or function; ' +
        'operator: =, first operand: [l, [0], k]',
    ],
    [
      'n BETWEEN :big AND :one',
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ' +
        'lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:1}',
    ],
    [
      'n BETWEEN :one AND :s',
      'The BETWEEN operator requires same data type for lower and upper bounds; ' +
        'lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:abc}',
    ],
    [
      `s IN (${Array(101).fill('n').join(', ')})`,
      'The IN operator is provided with too many operands; number of operands: 101',
    ],
    [`s = ${'n '.repeat(2050)}`, 'Expression size has exceeded the maximum allowed size; expression size: 4104'],
    [Array(301).fill('a=b').join(' OR '), 'The expression contains too many operators; operator count: 301'],
  ])('%s', (text, message) => {
    expect(() => bind(text)).toThrow(validationError(`Invalid ConditionExpression: ${message}`));
  });

  it('with deep parentheses, without overflowing the stack', () => {
    expect(() => bind('('.repeat(4000))).toThrow(/Syntax error/);
  });
});

describe('placeholders are refused', () => {
  const read = (input: Parameters<typeof readExpressions>[0]) => () => {
    const expressions = readExpressions(input);
    expressions.condition('ConditionExpression');
    expressions.checkAllUsed();
  };

  it.each([
    [{ ExpressionAttributeNames: {} }, 'ExpressionAttributeNames must not be empty'],
    [{ ExpressionAttributeValues: {} }, 'ExpressionAttributeValues must not be empty'],
    [{ ExpressionAttributeNames: { a: 'b' } }, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'],
    [
      { ExpressionAttributeValues: { ':': { S: '' } } },
      'ExpressionAttributeValues contains invalid key: Syntax error; key: ":"',
    ],
    [
      { ExpressionAttributeValues: { ':v': { SS: [] } } },
      'ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: ' +
        'An string set  may not be empty for key :v',
    ],
    [
      { ExpressionAttributeNames: { '#x': 'x', '#y': 'y' } },
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#x, #y}',
    ],
    [
      { ExpressionAttributeValues: { ':v': { S: 'v' } } },
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}',
    ],
  ])('%j', (input, message) => {
    expect(read({ ConditionExpression: 'attribute_exists(a)', ...input })).toThrow(validationError(message));
  });
});
