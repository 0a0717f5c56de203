import { describe, expect, it } from 'vitest';
import { matchesAttributes, matchesBody, parseFilterPolicy } from './filter-policy.ts';

const matches = (policy: unknown, document: Record<string, unknown>, scope = 'MessageBody') => {
  const parsed = parseFilterPolicy(JSON.stringify(policy), scope);
  return scope === 'MessageBody' ? matchesBody(parsed, document) : matchesAttributes(parsed, document);
};

describe('a filter policy', () => {
  it.each<[unknown, unknown, boolean]>([
    [['a'], 'a', true],
    [['a', 'b'], 'b', true],
    [['a'], 'A', false],
    [['a'], undefined, false],
    [[1], 1, true],
    [[1], '1', false],
    [[null], null, true],
    [[true], true, true],
    [['a'], ['x', 'a'], true],
    [[{ prefix: 'ord' }], 'order', true],
    [[{ prefix: 'ord' }], 'reorder', false],
    [[{ suffix: 'er' }], 'order', true],
    [[{ suffix: 'er' }], 'orders', false],
    [[{ 'equals-ignore-case': 'Order' }], 'oRDER', true],
    [[{ cidr: '10.0.0.0/24' }], '10.0.0.255', true],
    [[{ cidr: '10.0.0.0/24' }], '10.0.1.0', false],
    [[{ cidr: '10.0.0.0/24' }], 'here', false],
    [[{ 'anything-but': 'a' }], 'b', true],
    [[{ 'anything-but': 'a' }], 'a', false],
    [[{ 'anything-but': ['a', 1] }], 1, false],
    [[{ 'anything-but': 'a' }], undefined, false],
    [[{ 'anything-but': ['rugby', 'tennis'] }], ['rugby', 'baseball'], true],
    [[{ 'anything-but': { prefix: 'ord' } }], 'order', false],
    [[{ 'anything-but': { prefix: 'ord' } }], 'bill', true],
    [[{ numeric: ['=', 10] }], 10, true],
    [[{ numeric: ['=', 10] }], '10', false],
    [[{ numeric: ['>', 0, '<=', 100] }], 100, true],
    [[{ numeric: ['>', 0, '<=', 100] }], 0, false],
    [[{ exists: true }], 'x', true],
    [[{ exists: true }], undefined, false],
    [[{ exists: false }], undefined, true],
    [[{ exists: false }], 'x', false],
    [['a', { exists: false }], undefined, true],
  ])('%j against %j gives %j', (rules, value, expected) => {
    expect(matches({ key: rules }, value === undefined ? {} : { key: value })).toBe(expected);
  });

  it('needs every name, any alternative, at any depth', () => {
    expect(matches({ a: ['1'], b: ['2'] }, { a: '1', b: '2' })).toBe(true);
    expect(matches({ a: ['1'], b: ['2'] }, { a: '1' })).toBe(false);
    expect(matches({ $or: [{ a: ['1'] }, { b: ['2'] }] }, { b: '2' })).toBe(true);
    expect(matches({ $or: [{ a: ['1'] }, { b: ['2'] }] }, { b: '3' })).toBe(false);
    expect(matches({ a: { b: { c: ['x'] } } }, { a: { b: { c: 'x' } } })).toBe(true);
    expect(matches({ a: { b: ['x'] } }, { a: [{ b: 'y' }, { b: 'x' }] })).toBe(true);
    expect(matches({ a: { b: [{ exists: false }] } }, {})).toBe(true);
    expect(matches({ a: { b: ['x'] } }, { a: 'x' })).toBe(false);
  });

  it('does not take inherited names for given ones', () => {
    expect(matches({ constructor: [{ exists: true }] }, {})).toBe(false);
    expect(() => parseFilterPolicy('{"a":[{"toString":"x"}]}', 'MessageBody')).toThrow(
      'Unrecognized match type toString',
    );
  });

  // Messages recorded on AWS in May 2024, without the place in the text that follows them there.
  it.each([
    ['{"key":[["value"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"key":[{"wrong-operator":true}]}', 'Unrecognized match type wrong-operator'],
    // Not among SNS's operators (developer guide, filter policy operators), though EventBridge has
    // it.
    ['{"key":[{"wildcard":"a*"}]}', 'Unrecognized match type wildcard'],
    ['{"key":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}', 'Unsupported anything-but pattern: cidr'],
    ['{"key":[{"numeric":[">",1000000001]}]}', 'Value must be between'],
    ['{"key":[{"suffix":"value","prefix":"value2"}]}', 'Only one key allowed in match expression'],
    ['{"key":[{"suffix":100}]}', 'suffix match pattern must be a string'],
    ['{"key":{"suffix":"value"}}', '"suffix" must be an object or an array'],
    ['{"key":[{"numeric":[]}]}', 'Invalid member in numeric match: ]'],
    ['{"key":[{"numeric":["operator"]}]}', 'Unrecognized numeric range operator: operator'],
    ['{"key":[{"numeric":[1,"<="]}]}', 'Invalid member in numeric match: 1'],
    ['{"key":[{"numeric":["=","000"]}]}', 'Value of equals must be numeric'],
    ['{"key":[{"numeric":[">="]}]}', 'Value of >= must be numeric'],
    ['{"key":[{"numeric":["<",100,">",10]}]}', 'Too many elements in numeric expression'],
    ['{"key":[{"numeric":[">=",1,">",2]}]}', 'Bad numeric range operator: >'],
    ['{"key":[{"numeric":[">",3,"<",1]}]}', 'Bottom must be less than top'],
    ['{"key":[{"numeric":[">",20,"<="]}]}', 'Value of <= must be numeric'],
    ['{"key":[{"numeric":[">",20,30]}]}', 'Bad value in numeric range: 30'],
    ['{"key":[{"numeric":[">",20,"test"]}]}', 'Bad numeric range operator: test'],
    ['{"key":[{"numeric":[">","20","<","30"]}]}', 'Value of > must be numeric'],
    ['{"key":[{"numeric":[">",20,"<","30"]}]}', 'Value of < must be numeric'],
    ['{"key":[{"numeric":[">",20,"<",30,"<",50]}]}', 'Too many terms in numeric range expression'],
    ['{"key":[{"exists":null}]}', 'exists match pattern must be either true or false.'],
    ['{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}', 'Filter policy can not have more than 5 keys'],
    [`{"a":${JSON.stringify(Array.from({ length: 151 }, String))}}`, 'Filter policy is too complex'],
    ['{"a":{"b":["c"]}}', 'Filter policy scope MessageAttributes does not support nested filter policy'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['[]', 'Filter is not an object'],
    ['{', 'failed to parse JSON.'],
  ])('%s is refused', (text, message) => {
    expect(() => parseFilterPolicy(text, 'MessageAttributes')).toThrow(message);
  });

  it('counts the keys at its top alone, and nested values once for each level', () => {
    const values = (count: number) => Array.from({ length: count }, String);
    const nested = { a: { b: ['1'], c: ['1'], d: ['1'], e: ['1'], f: ['1'], g: ['1'] } };
    expect(matches({ a: { b: ['1'] } }, { a: { b: '1' } })).toBe(true);
    expect(() => parseFilterPolicy(JSON.stringify(nested), 'MessageBody')).not.toThrow();
    // The example of the developer guide: 3 x 4 x 2 x 3 = 72.
    const guide = { a: { b: { c: values(4) } }, d: { e: values(3) } };
    expect(() => parseFilterPolicy(JSON.stringify(guide), 'MessageBody')).not.toThrow();
    expect(() => parseFilterPolicy(JSON.stringify({ ...guide, f: values(3) }), 'MessageBody')).toThrow('too complex');
  });
});
