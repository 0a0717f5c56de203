import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validationError } from '../errors.ts';
import { normaliseAttributes } from '../values/value.ts';
import { readExpressions } from './expressions.ts';
import { applyUpdate } from './update.ts';

const VALUES = {
  ':one': { N: '1' },
  ':half': { N: '0.5' },
  ':text': { S: 't' },
  ':list': { L: [{ S: 'z' }] },
  ':map': { M: {} },
  ':set': { SS: ['b', 'c'] },
  ':all': { SS: ['a', 'b'] },
  ':numbers': { NS: ['1.0', '3'] },
};

const ITEM = {
  pk: { S: 'k' },
  n: { N: '10' },
  s: { S: 'text' },
  l: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }] },
  m: { M: { x: { N: '1' }, deep: { M: { y: { L: [{ N: '7' }] } } } } },
  ss: { SS: ['a', 'b'] },
  ns: { NS: ['1', '2'] },
};

function bind(text: string, names: Record<string, string> = {}) {
  const used = Object.entries(VALUES).filter(([key]) => new RegExp(`${key}\\b`).test(text));
  const expressions = readExpressions({
    UpdateExpression: text,
    ExpressionAttributeValues: used.length > 0 ? Object.fromEntries(used) : undefined,
    ExpressionAttributeNames: Object.keys(names).length > 0 ? names : undefined,
  });
  const actions = expressions.update();
  expressions.checkAllUsed();
  return actions ?? [];
}

const apply = (text: string, names?: Record<string, string>) =>
  applyUpdate(bind(text, names), normaliseAttributes(ITEM));

describe('an update', () => {
  it.each([
    ['SET n = n + :one', { n: { N: '11' } }],
    ['SET n = n - :half', { n: { N: '9.5' } }],
    ['SET n = :one - n', { n: { N: '-9' } }],
    ['SET n = (n + :one)', { n: { N: '11' } }],
    ['SET n = (n) + (:one)', { n: { N: '11' } }],
    ['SET n = if_not_exists(absent, n) + :one', { n: { N: '11' } }],
    ['SET absent = if_not_exists(absent.deep, :one)', { absent: { N: '1' } }],
    ['SET l = list_append(l, :list)', { l: { L: [...ITEM.l.L, { S: 'z' }] } }],
    ['SET l = list_append(:list, l)', { l: { L: [{ S: 'z' }, ...ITEM.l.L] } }],
    [
      'SET new_list = list_append(if_not_exists(new_list, :list), :list)',
      { new_list: { L: [{ S: 'z' }, { S: 'z' }] } },
    ],
    ['SET l[1] = :text', { l: { L: [{ S: 'a' }, { S: 't' }, { S: 'c' }] } }],
    ['SET l[7] = :text, l[5] = :one', { l: { L: [...ITEM.l.L, { N: '1' }, { S: 't' }] } }],
    ['REMOVE l[0] SET l[1] = :text', { l: { L: [{ S: 't' }, { S: 'c' }] } }],
    ['REMOVE l[0], l[2], l[9]', { l: { L: [{ S: 'b' }] } }],
    ['SET m.z = :text REMOVE m.x', { m: { M: { z: { S: 't' }, deep: ITEM.m.M.deep } } }],
    ['SET m.deep.y[0] = :one', { m: { M: { ...ITEM.m.M, deep: { M: { y: { L: [{ N: '1' }] } } } } } }],
    ['SET n = s, s = n', { n: { S: 'text' }, s: { N: '10' } }],
    ['ADD n :half', { n: { N: '10.5' } }],
    ['ADD absent :one', { absent: { N: '1' } }],
    ['ADD ss :set', { ss: { SS: ['a', 'b', 'c'] } }],
    ['ADD ns :numbers', { ns: { NS: ['1', '2', '3'] } }],
    ['ADD m.x :one, m.fresh :set', { m: { M: { ...ITEM.m.M, x: { N: '2' }, fresh: { SS: ['b', 'c'] } } } }],
    ['DELETE ss :set', { ss: { SS: ['a'] } }],
    ['DELETE ns :numbers', { ns: { NS: ['2'] } }],
    ['DELETE ss :all', { ss: undefined }],
    ['DELETE absent :set', {}],
    ['REMOVE s, absent, m.deep.absent', { s: undefined }],
    [
      'set n = :one remove s add ss :set delete ns :numbers',
      { n: { N: '1' }, s: undefined, ss: { SS: ['a', 'b', 'c'] }, ns: { NS: ['2'] } },
    ],
  ])('%s', (text, changed) => {
    const expected = Object.entries({ ...ITEM, ...changed }).filter(([, value]) => value !== undefined);
    expect({ ...apply(text) }).toEqual(Object.fromEntries(expected));
  });

  it('takes placeholders for any name', () => {
    const item = apply('SET #s.#x = :one REMOVE #l[0]', { '#s': 'm', '#x': 'with spaces', '#l': 'l' });
    expect(item.m).toEqual({ M: { ...ITEM.m.M, 'with spaces': { N: '1' } } });
  });

  it('leaves the item that it is given alone', () => {
    const item = normaliseAttributes(ITEM);
    const before = JSON.stringify(item);
    applyUpdate(bind('SET m.deep.y[0] = :one, l[0] = :text REMOVE s ADD ss :set'), item);
    expect(JSON.stringify(item)).toBe(before);
  });

  it('changes several elements of a list as if each index meant the list before', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(99), { maxLength: 8 }),
        fc.uniqueArray(fc.tuple(fc.nat(11), fc.boolean()), { minLength: 1, maxLength: 6, selector: ([at]) => at }),
        (old, changes) => {
          const item = normaliseAttributes({ l: { L: old.map((n) => ({ N: String(n) })) } });
          const section = (keyword: string, parts: string[]) =>
            parts.length > 0 ? `${keyword} ${parts.join(', ')} ` : '';
          const sets = changes.filter(([, isSet]) => isSet).map(([at]) => at);
          const removes = changes.filter(([, isSet]) => !isSet).map(([at]) => at);
          const text =
            section(
              'SET',
              sets.map((at) => `l[${at}] = :v${at}`),
            ) +
            section(
              'REMOVE',
              removes.map((at) => `l[${at}]`),
            );
          const expressions = readExpressions({
            UpdateExpression: text,
            ExpressionAttributeValues:
              sets.length > 0 ? Object.fromEntries(sets.map((at) => [`:v${at}`, { S: `set ${at}` }])) : undefined,
          });
          const kept = old.flatMap((n, at) => {
            if (removes.includes(at)) return [];
            return [sets.includes(at) ? { S: `set ${at}` } : { N: String(n) }];
          });
          const beyond = sets.filter((at) => at >= old.length).sort((a, b) => a - b);
          const expected = [...kept, ...beyond.map((at) => ({ S: `set ${at}` }))];
          expect(applyUpdate(expressions.update() ?? [], item).l).toEqual({ L: expected });
        },
      ),
    );
  });
});

describe('an update expression is refused', () => {
  it.each([
    ['', 'The expression can not be empty;'],
    ['n = :one', 'Syntax error; token: "n", near: "n ="'],
    ['SET', 'Syntax error; token: "<EOF>", near: "SET"'],
    ['SET n', 'Syntax error; token: "<EOF>", near: "n"'],
    ['SET n = :one + :one + :one', 'Syntax error; token: "+", near: ":one + :one"'],
    ['SET n = n * :one', 'Syntax error; token: "*", near: "n *"'],
    ['SET (n = :one)', 'Syntax error; token: "(", near: "SET (n"'],
    ['SET :one = n', 'Syntax error; token: ":one", near: "SET :one ="'],
    ['SET n = :one,', 'Syntax error; token: "<EOF>", near: ","'],
    ['ADD n n', 'Syntax error; token: "n", near: "n n"'],
    ['REMOVE n = :one', 'Syntax error; token: "=", near: "n = :one"'],
    ['SET n = set', 'Syntax error; token: "set", near: "= set"'],
    ['SET status = :one', 'Attribute name is a reserved keyword; reserved keyword: status'],
    ['SET n = if_not_exists(value, :one)', 'Attribute name is a reserved keyword; reserved keyword: value'],
    ['SET n = coalesce(n, :one)', 'Invalid function name; function: coalesce'],
    ['SET n = :one SET s = :text', 'The "SET" section can only be used once in an update expression;'],
    ['REMOVE #x', 'An expression attribute name used in the document path is not defined; attribute name: #x'],
    ['SET n = :nowhere', 'An expression attribute value used in expression is not defined; attribute value: :nowhere'],
    [
      'SET m.x = :one REMOVE m',
      'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m]',
    ],
    [
      'SET m.x = :one, m[1] = :one',
      'Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m, [1]]',
    ],
    ['ADD n :text', 'Incorrect operand type for operator or function; operator: ADD, operand type: STRING'],
    ['DELETE n :one', 'Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER'],
    ['SET n = n + :text', 'Incorrect operand type for operator or function; operator or function: +, operand type: S'],
    [
      'SET l = list_append(l, :text)',
      'Incorrect operand type for operator or function; operator or function: list_append, operand type: S',
    ],
    [
      'SET n = if_not_exists(n)',
      'Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1',
    ],
    [
      'SET n = if_not_exists(:one, n)',
      'Operator or function requires a document path; operator or function: if_not_exists',
    ],
  ])('%s', (text, message) => {
    expect(() => bind(text)).toThrow(validationError(`Invalid UpdateExpression: ${message}`));
  });
});

describe('an update is refused by the item', () => {
  const NO_PATH = 'The document path provided in the update expression is invalid for update';
  const MISSING = 'The provided expression refers to an attribute that does not exist in the item';
  const TYPE = 'An operand in the update expression has an incorrect data type';

  it.each([
    ['SET absent.x = :one', NO_PATH],
    ['SET absent[0] = :one', NO_PATH],
    ['SET s.x = :one', NO_PATH],
    ['SET l.x = :one', NO_PATH],
    ['SET m[0] = :one', NO_PATH],
    ['REMOVE absent.x', NO_PATH],
    ['ADD absent.x :one', NO_PATH],
    ['DELETE absent.x :set', NO_PATH],
    ['SET n = absent', MISSING],
    ['SET n = absent + :one', MISSING],
    ['SET l = list_append(l, absent)', MISSING],
    ['SET n = s + :one', TYPE],
    ['SET l = list_append(l, s)', TYPE],
    ['ADD s :one', TYPE],
    ['ADD ss :numbers', TYPE],
    ['DELETE ss :numbers', TYPE],
    ['DELETE n :set', TYPE],
  ])('%s', (text, message) => {
    expect(() => apply(text)).toThrow(validationError(message));
  });
});
