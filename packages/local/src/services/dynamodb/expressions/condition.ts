import { validationError } from '../errors.ts';
import { sortable } from '../values/sort-key.ts';
import type { Attributes, AttributeValue } from '../values/value.ts';
import { emptyAttributes, equalValues, typeOf } from '../values/value.ts';
import { createOperatorCount } from './operator-count.ts';
import type { Path } from './path.ts';
import { valueAt } from './path.ts';
import type { RawOperand } from './raw-operand.ts';
import type { Keywords } from './tokens.ts';
import { parseFurtherSteps, parsePath, TokenReader } from './tokens.ts';

/** An operand with its placeholders replaced. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly Operand[] };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

interface Logical<K, O> {
  readonly kind: K;
  readonly left: ConditionOf<O>;
  readonly right: ConditionOf<O>;
}

interface Negation<O> {
  readonly kind: 'not';
  readonly of: ConditionOf<O>;
}

/** A test that looks at values: everything but AND, OR and NOT. */
export type TestOf<O> =
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly operands: readonly [O, O] }
  | { readonly kind: 'between'; readonly operands: readonly [O, O, O] }
  | { readonly kind: 'in'; readonly operands: readonly [O, ...O[]] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly O[] };

type ConditionOf<O> = Logical<'and', O> | Logical<'or', O> | Negation<O> | TestOf<O>;

/** A condition as written. */
export type RawCondition = ConditionOf<RawOperand>;
/** A condition with its placeholders replaced. */
export type Condition = ConditionOf<Operand>;
export type Test = TestOf<Operand>;

const KEYWORDS: Keywords = new Set(['BETWEEN', 'IN', 'AND', 'OR', 'NOT']);
const COMPARATORS: readonly Comparator[] = ['=', '<>', '<', '<=', '>', '>='];
/** Source: "Service quotas". */
const MAX_IN = 100;
/**
 * Parentheses nest this deep at most, to keep the stack small; AWS's 300 operators imply a limit
 * too.
 */
const MAX_DEPTH = 300;

/** A condition or an operand: an opening parenthesis may begin either. */
type Parsed =
  | { readonly is: 'condition'; readonly condition: RawCondition; readonly wrapped?: boolean }
  | { readonly is: 'operand'; readonly operand: RawOperand; readonly wrapped?: boolean };

/**
 * A condition as written, and whether it has parentheses directly around parentheses, which AWS
 * refuses later.
 */
export interface ParsedCondition {
  readonly condition: RawCondition;
  readonly hasRedundantParentheses: boolean;
}

/** @throws ServiceError for a syntax error or too many operators. */
export function parseCondition(text: string): ParsedCondition {
  const reader = new TokenReader(text);
  let hasRedundantParentheses = false;
  const count = createOperatorCount();
  let depth = 0;

  const asCondition = (parsed: Parsed): RawCondition => {
    if (parsed.is === 'condition') return parsed.condition;
    const { operand } = parsed;
    // A function alone is a condition, be it one that AWS allows there or not: that is checked
    // later.
    if (operand.kind !== 'function') throw reader.syntaxError();
    return { kind: 'call', name: operand.name, operands: operand.args };
  };

  const asOperand = (parsed: Parsed): RawOperand => {
    if (parsed.is === 'condition') throw reader.syntaxError();
    return parsed.operand;
  };

  function parseArguments(): [RawOperand, ...RawOperand[]] {
    const args: [RawOperand, ...RawOperand[]] = [asOperand(parsePrimary())];
    while (reader.takeSymbol(',')) args.push(asOperand(parsePrimary()));
    reader.expectSymbol(')');
    return args;
  }

  function parseParenthesised(): Parsed {
    depth += 1;
    if (depth > MAX_DEPTH) throw reader.syntaxError();
    const inner = parseOr();
    reader.expectSymbol(')');
    depth -= 1;
    if (inner.wrapped) hasRedundantParentheses = true;
    if (inner.is === 'condition') return { ...inner, wrapped: true };
    const { operand } = inner;
    if (operand.kind !== 'path') return { ...inner, wrapped: true };
    const further = parseFurtherSteps(reader, KEYWORDS);
    if (further.length === 0) return { ...inner, wrapped: true };
    return { is: 'operand', operand: { kind: 'path', steps: [...operand.steps, ...further] } };
  }

  function parsePrimary(): Parsed {
    if (reader.takeSymbol('(')) return parseParenthesised();
    const { kind, text: word } = reader.next;
    if (kind === 'value') {
      reader.take();
      return { is: 'operand', operand: { kind: 'value', placeholder: word } };
    }
    const opens = reader.peek(1);
    if (kind === 'word' && !KEYWORDS.has(word.toUpperCase()) && opens.kind === 'symbol' && opens.text === '(') {
      count();
      reader.take();
      reader.take();
      return { is: 'operand', operand: { kind: 'function', name: word, args: parseArguments() } };
    }
    return { is: 'operand', operand: { kind: 'path', steps: parsePath(reader, KEYWORDS) } };
  }

  function parseTest(): Parsed {
    const first = parsePrimary();
    const comparator = COMPARATORS.find((symbol) => reader.next.kind === 'symbol' && reader.next.text === symbol);
    if (comparator !== undefined) {
      const left = asOperand(first);
      count();
      reader.take();
      const operands = [left, asOperand(parsePrimary())] as const;
      return { is: 'condition', condition: { kind: 'compare', comparator, operands } };
    }
    if (reader.isKeyword('BETWEEN')) {
      const tested = asOperand(first);
      count();
      reader.take();
      const low = asOperand(parsePrimary());
      if (!reader.takeKeyword('AND')) throw reader.syntaxError();
      const operands = [tested, low, asOperand(parsePrimary())] as const;
      return { is: 'condition', condition: { kind: 'between', operands } };
    }
    if (reader.isKeyword('IN')) {
      const tested = asOperand(first);
      count();
      reader.take();
      reader.expectSymbol('(');
      const list = parseArguments();
      if (list.length > MAX_IN) {
        throw validationError(`The IN operator is provided with too many operands; number of operands: ${list.length}`);
      }
      return { is: 'condition', condition: { kind: 'in', operands: [tested, ...list] } };
    }
    return first;
  }

  function parseNot(): Parsed {
    if (!reader.isKeyword('NOT')) return parseTest();
    count();
    reader.take();
    return { is: 'condition', condition: { kind: 'not', of: asCondition(parseNot()) } };
  }

  function parseAnd(): Parsed {
    let left = parseNot();
    while (reader.isKeyword('AND')) {
      const condition = asCondition(left);
      count();
      reader.take();
      left = {
        is: 'condition',
        condition: { kind: 'and', left: condition, right: asCondition(parseNot()) },
      };
    }
    return left;
  }

  function parseOr(): Parsed {
    let left = parseAnd();
    while (reader.isKeyword('OR')) {
      const condition = asCondition(left);
      count();
      reader.take();
      left = { is: 'condition', condition: { kind: 'or', left: condition, right: asCondition(parseAnd()) } };
    }
    return left;
  }

  const parsed = parseOr();
  reader.expectEnd();
  return { condition: asCondition(parsed), hasRedundantParentheses };
}

type Value = AttributeValue | undefined;

/** Characters of a string, bytes of a binary, elements of everything that has elements. */
function sizeOfValue(value: Value): Value {
  if (value === undefined) return undefined;
  let size: number | undefined;
  if ('S' in value) size = value.S.length;
  else if ('B' in value) size = Buffer.byteLength(value.B, 'base64');
  else if ('SS' in value) size = value.SS.length;
  else if ('NS' in value) size = value.NS.length;
  else if ('BS' in value) size = value.BS.length;
  else if ('L' in value) size = value.L.length;
  else if ('M' in value) size = Object.keys(value.M).length;
  return size === undefined ? undefined : { N: String(size) };
}

function evaluateOperand(operand: Operand, item: Attributes): Value {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') return valueAt(item, operand.path);
  const [argument] = operand.args; // only size() is an operand
  return argument === undefined ? undefined : sizeOfValue(evaluateOperand(argument, item));
}

/** Undefined for values without a common order: of different types, or not of S, N, B. */
function order(left: AttributeValue, right: AttributeValue): number | undefined {
  if (typeOf(left) !== typeOf(right)) return undefined;
  const [first, other] = [sortable(left), sortable(right)];
  if (first === undefined || other === undefined) return undefined;
  if (first === other) return 0;
  return first < other ? -1 : 1;
}

function compare(comparator: Comparator, left: Value, right: Value): boolean {
  // A missing attribute differs from everything, even from another missing one; no other comparison
  // holds for it.
  if (left === undefined || right === undefined) return comparator === '<>';
  if (comparator === '=') return equalValues(left, right);
  if (comparator === '<>') return !equalValues(left, right);
  const ordered = order(left, right);
  if (ordered === undefined) return false;
  if (comparator === '<') return ordered < 0;
  if (comparator === '<=') return ordered <= 0;
  return comparator === '>' ? ordered > 0 : ordered >= 0;
}

function beginsWith(value: Value, prefix: Value): boolean {
  if (value === undefined || prefix === undefined) return false;
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
  if ('B' in value && 'B' in prefix) return (sortable(value) ?? '').startsWith(sortable(prefix) ?? '');
  return false;
}

function contains(value: Value, part: Value): boolean {
  if (value === undefined || part === undefined) return false;
  if ('S' in value) return 'S' in part && value.S.includes(part.S);
  if ('B' in value) return 'B' in part && (sortable(value) ?? '').includes(sortable(part) ?? '');
  if ('SS' in value) return 'S' in part && value.SS.includes(part.S);
  if ('NS' in value) return 'N' in part && value.NS.includes(part.N);
  if ('BS' in value) return 'B' in part && value.BS.includes(part.B);
  return 'L' in value && value.L.some((element) => equalValues(element, part));
}

function call(name: string, [first, second]: readonly Value[]): boolean {
  if (name === 'attribute_exists') return first !== undefined;
  if (name === 'attribute_not_exists') return first === undefined;
  if (name === 'begins_with') return beginsWith(first, second);
  if (name === 'contains') return contains(first, second);
  // attribute_type: the type's name has been checked
  return first !== undefined && second !== undefined && 'S' in second && typeOf(first) === second.S;
}

function evaluateTest(test: Test, item: Attributes): boolean {
  const values = test.operands.map((operand) => evaluateOperand(operand, item));
  const [first, second, third] = values;
  if (test.kind === 'call') return call(test.name, values);
  if (test.kind === 'compare') return compare(test.comparator, first, second);
  if (test.kind === 'between') return compare('>=', first, second) && compare('<=', first, third);
  return values.slice(1).some((value) => compare('=', first, value));
}

/**
 * Whether the condition holds for an item; for one that does not exist, every attribute is missing.
 */
export function evaluateCondition(condition: Condition, item: Attributes | undefined): boolean {
  if (condition.kind === 'and') {
    return evaluateCondition(condition.left, item) && evaluateCondition(condition.right, item);
  }
  if (condition.kind === 'or') {
    return evaluateCondition(condition.left, item) || evaluateCondition(condition.right, item);
  }
  if (condition.kind === 'not') return !evaluateCondition(condition.of, item);
  return evaluateTest(condition, item ?? emptyAttributes());
}
