import type { Expression } from '../../dynamodb/expression.ts';
import type { Condition, Filter } from '../condition.ts';
import type { Target } from './row.ts';
import { storableField } from './row.ts';

/** The parts of one expression, and the faults that were found while it was built. */
interface Building {
  readonly target: Target<unknown>;
  readonly expression: Expression;
  readonly subject: string;
  readonly faults: string[];
  /** A filter looks at rows that exist. */
  readonly mayAskForRow: boolean;
}

/**
 * The text of a condition on a write, or `undefined` when it asks for nothing.
 *
 * @throws TypeError naming every unknown member, wrong operand and contradiction: an ignored one
 * would write unconditionally.
 */
export function conditionText<R>(
  target: Target<R>,
  condition: Condition<R> | undefined,
  expression: Expression,
): string | undefined {
  return textOf(target, condition, expression, 'a condition on', true)?.text;
}

/**
 * The text of a filter, or `undefined` when it asks for nothing.
 *
 * @throws TypeError naming every unknown member and wrong operand: an ignored one would show all
 * rows.
 */
export function filterText<R>(
  target: Target<R>,
  filter: Filter<R> | undefined,
  expression: Expression,
): string | undefined {
  return textOf(target, filter, expression, 'a filter of', false)?.text;
}

function textOf<R>(
  target: Target<R>,
  given: Condition<R> | undefined,
  expression: Expression,
  what: string,
  mayAskForRow: boolean,
): Term | undefined {
  if (given === undefined) return undefined;
  const subject = `${what} table '${target.definition.name}'`;
  const building = { target, expression, subject, faults: [], mayAskForRow };
  const terms = termsOf(building, given as Condition<Fields>); // a row is an object of fields
  if (building.faults.length > 0) throw new TypeError(`Cannot build ${subject}: ${building.faults.join('; ')}`);
  return terms.length > 0 ? all(terms) : undefined;
}

/**
 * A part of an expression. DynamoDB refuses redundant parentheses, `((a))`, so each operator puts
 * parentheses only around operands that bind less than itself.
 */
interface Term {
  readonly text: string;
  readonly binds: 'most' | 'and' | 'or';
}

const atom = (text: string): Term => ({ text, binds: 'most' });

function all(terms: readonly Term[]): Term {
  const [only] = terms;
  if (only !== undefined && terms.length === 1) return only;
  return { text: terms.map(({ text, binds }) => (binds === 'or' ? `(${text})` : text)).join(' AND '), binds: 'and' };
}

function any(terms: readonly Term[]): Term {
  const [only] = terms;
  if (only !== undefined && terms.length === 1) return only;
  return { text: terms.map(({ text }) => text).join(' OR '), binds: 'or' };
}

const negated = ({ text }: Term): Term => atom(`NOT (${text})`);

type Fields = Record<string, unknown>;

const MEMBERS = ['exists', 'equals', 'where', 'and', 'or', 'not'];

/** The terms that must all hold. */
function termsOf(building: Building, condition: Condition<Fields>): Term[] {
  const { faults, mayAskForRow, target, expression, subject } = building;
  const given: unknown = condition;
  if (!isFields(given)) {
    faults.push('a part is not an object');
    return [];
  }
  const known = mayAskForRow ? MEMBERS : MEMBERS.slice(1);
  const unknown = Object.keys(condition).filter((member) => !known.includes(member));
  faults.push(...unknown.map((member) => `unknown member '${member}'; known: ${known.join(', ')}`));
  const { exists, equals = {}, where = {}, and, or, not } = condition;
  if (exists === false && Object.keys(equals).length + Object.keys(where).length > 0) {
    faults.push('a row that must not exist has no fields to compare');
  }
  const list = (name: 'and' | 'or', alternatives: ReadonlyArray<Condition<Fields>> | undefined) => {
    if (alternatives === undefined) return [];
    if (!Array.isArray(alternatives) || alternatives.length === 0) {
      faults.push(`'${name}' is not a list of one condition or more`);
      return [];
    }
    return alternatives.map((one) => {
      const terms = termsOf(building, one);
      if (terms.length === 0) faults.push(`a part of '${name}' asks for nothing`);
      return all(terms);
    });
  };
  const alternatives = list('or', or);
  const terms = [
    ...(exists === undefined || !mayAskForRow ? [] : [existsText(target, exists, expression)]),
    ...Object.entries(equals).map(([field, value]) =>
      atom(
        value === undefined
          ? `attribute_not_exists(${expression.name(field)})`
          : `${expression.name(field)} = ${expression.value(storableField(value, field, subject))}`,
      ),
    ),
    ...Object.entries(where).flatMap(([field, test]) => testTexts(building, field, test).map(atom)),
    ...list('and', and),
    ...(alternatives.length === 0 ? [] : [any(alternatives)]),
  ];
  if (not === undefined) return terms;
  const denied = termsOf(building, not);
  if (denied.length === 0) faults.push("'not' asks for nothing");
  return [...terms, negated(all(denied))];
}

/** A row whose TTL second has passed counts as absent, also while DynamoDB still has it. */
function existsText({ definition, now }: Target<unknown>, exists: boolean, expression: Expression): Term {
  const { partitionKey, ttlField } = definition;
  const { name, value } = expression;
  const check = atom(`${exists ? 'attribute_exists' : 'attribute_not_exists'}(${name(partitionKey)})`);
  if (ttlField === undefined) return check;
  const [field, second] = [name(ttlField), value(Math.floor(now() / 1_000))];
  if (!exists) return any([check, atom(`${field} <= ${second}`)]);
  return all([check, any([atom(`attribute_not_exists(${field})`), atom(`${field} > ${second}`)])]);
}

/**
 * The condition of an update that may create its row. An item that has expired would lend its old
 * fields to a row that counts as new, so it must be gone, or not expired.
 */
export function creatingText<R>(
  target: Target<R>,
  { exists, ...rest }: Condition<R>,
  expression: Expression,
): string | undefined {
  const { partitionKey, ttlField } = target.definition;
  if (ttlField === undefined || exists === true) {
    return conditionText(target, exists === undefined ? rest : { ...rest, exists }, expression);
  }
  const { name, value } = expression;
  const absent = atom(`attribute_not_exists(${name(partitionKey)})`);
  const field = name(ttlField);
  const alive = [`attribute_not_exists(${field})`, `${field} > ${value(Math.floor(target.now() / 1_000))}`].map(atom);
  const fresh = exists === false ? absent : any([absent, ...alive]);
  const others = textOf(target, rest as Condition<R>, expression, 'a condition on', true);
  return all(others === undefined ? [fresh] : [fresh, others]).text;
}

const OPERATORS: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' };
/** DynamoDB compares an attribute with at most 100 values of IN. */
const MAX_IN = 100;

function testTexts({ expression, faults, subject }: Building, field: string, test: unknown): string[] {
  if (!isFields(test) || Object.keys(test).length === 0) {
    faults.push(`the comparison of '${field}' is not an object like { gte: 1 }`);
    return [];
  }
  const name = expression.name(field);
  const fault = (reason: string) => {
    faults.push(`'${field}' ${reason}`);
    return [];
  };
  const operand = (value: unknown) => expression.value(storableField(value, field, subject));
  return Object.entries(test).flatMap(([member, given]): string[] => {
    if (given === undefined) return fault(`compares '${member}' with undefined`);
    const operator = OPERATORS[member];
    if (operator !== undefined) return [`${name} ${operator} ${operand(given)}`];
    switch (member) {
      case 'exists':
        if (typeof given !== 'boolean') return fault("has 'exists' that is neither true nor false");
        return [`${given ? 'attribute_exists' : 'attribute_not_exists'}(${name})`];
      case 'between':
        if (!Array.isArray(given) || given.length !== 2) return fault("has 'between' that is not a list of two values");
        return [`${name} BETWEEN ${operand(given[0])} AND ${operand(given[1])}`];
      case 'in':
        if (!Array.isArray(given) || given.length === 0 || given.length > MAX_IN) {
          return fault(`has 'in' that is not a list of 1 to ${MAX_IN} values`);
        }
        return [`${name} IN (${given.map(operand).join(', ')})`];
      case 'beginsWith':
        return [`begins_with(${name}, ${operand(given)})`];
      case 'contains':
        return [`contains(${name}, ${operand(given)})`];
      case 'size':
        return sizeTexts(name, given, operand) ?? fault("has 'size' that is not an object like { lte: 10 }");
      default:
        return fault(
          `has the unknown comparison '${member}'; known: ${[...Object.keys(OPERATORS), 'between', 'in', 'beginsWith', 'contains', 'exists', 'size'].join(', ')}`,
        );
    }
  });
}

function sizeTexts(name: string, given: unknown, operand: (value: unknown) => string): string[] | undefined {
  if (!isFields(given) || Object.keys(given).length === 0) return undefined;
  const texts: string[] = [];
  for (const [member, value] of Object.entries(given)) {
    const operator = OPERATORS[member];
    if (operator === undefined || typeof value !== 'number') return undefined;
    texts.push(`size(${name}) ${operator} ${operand(value)}`);
  }
  return texts;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
