import { validationError } from '../errors.ts';
import { addDecimals, formatDecimal, negateDecimal, parseDecimal } from '../values/decimal.ts';
import type { Attributes, AttributeType, AttributeValue } from '../values/value.ts';
import { copyAttributes, typeOf } from '../values/value.ts';
import type { Operand } from './condition.ts';
import { createOperatorCount } from './operator-count.ts';
import type { Path } from './path.ts';
import { changeAt, checkPaths, valueAt } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import type { RawOperand, RawStep } from './raw-operand.ts';
import type { Keywords } from './tokens.ts';
import { checkReserved, checkReservedSteps, parsePath, TokenReader } from './tokens.ts';

/** The value that SET assigns: an operand, or the sum or difference of two. */
type SetValueOf<O> =
  | { readonly kind: 'operand'; readonly operand: O }
  | { readonly kind: 'arithmetic'; readonly operator: '+' | '-'; readonly operands: readonly [O, O] };

type Section = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';

/** An update as written: `sections` lists the keywords as they come, to find repeated ones. */
export interface RawUpdate {
  readonly sections: readonly Section[];
  readonly actions: readonly RawUpdateAction[];
}

export type RawUpdateAction =
  | { readonly kind: 'SET'; readonly steps: readonly RawStep[]; readonly value: SetValueOf<RawOperand> }
  | { readonly kind: 'REMOVE'; readonly steps: readonly RawStep[] }
  | { readonly kind: 'ADD' | 'DELETE'; readonly steps: readonly RawStep[]; readonly placeholder: string };

/** One change of an update, with placeholders replaced. */
export type UpdateAction =
  | { readonly kind: 'SET'; readonly path: Path; readonly value: SetValueOf<Operand> }
  | { readonly kind: 'REMOVE'; readonly path: Path }
  | { readonly kind: 'ADD' | 'DELETE'; readonly path: Path; readonly value: AttributeValue };

const SECTIONS: readonly Section[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];
const KEYWORDS: Keywords = new Set(SECTIONS);
/** Functions nest this deep at most, to keep the stack small; 300 operators imply a limit too. */
const MAX_DEPTH = 300;

/** @throws ServiceError for a syntax error or too many operators. */
export function parseUpdate(text: string): RawUpdate {
  const reader = new TokenReader(text);
  const count = createOperatorCount();
  let depth = 0;

  function parseArguments(): RawOperand[] {
    depth += 1;
    if (depth > MAX_DEPTH) throw reader.syntaxError();
    const args = [parseOperand()];
    while (reader.takeSymbol(',')) args.push(parseOperand());
    reader.expectSymbol(')');
    depth -= 1;
    return args;
  }

  function parseBareOperand(): RawOperand {
    const { kind, text: word } = reader.next;
    if (kind === 'value') {
      reader.take();
      return { kind: 'value', placeholder: word };
    }
    const opens = reader.peek(1);
    if (kind === 'word' && !KEYWORDS.has(word.toUpperCase()) && opens.kind === 'symbol' && opens.text === '(') {
      count();
      reader.take();
      reader.take();
      return { kind: 'function', name: word, args: parseArguments() };
    }
    return { kind: 'path', steps: parsePath(reader, KEYWORDS) };
  }

  function parseOperand(): RawOperand {
    if (!reader.takeSymbol('(')) return parseBareOperand();
    const operand = parseBareOperand();
    reader.expectSymbol(')');
    return operand;
  }

  function parseArithmetic(): SetValueOf<RawOperand> {
    const left = parseOperand();
    for (const operator of ['+', '-'] as const) {
      if (!reader.takeSymbol(operator)) continue;
      count();
      return { kind: 'arithmetic', operator, operands: [left, parseOperand()] };
    }
    return { kind: 'operand', operand: left };
  }

  function parseSetValue(): SetValueOf<RawOperand> {
    // An opening parenthesis may hold the first operand or the whole value: look for what follows
    // the operand in it.
    if (!reader.takeSymbol('(')) return parseArithmetic();
    const inner = parseArithmetic();
    reader.expectSymbol(')');
    if (inner.kind === 'arithmetic') return inner;
    for (const operator of ['+', '-'] as const) {
      if (!reader.takeSymbol(operator)) continue;
      count();
      return { kind: 'arithmetic', operator, operands: [inner.operand, parseOperand()] };
    }
    return inner;
  }

  function parseAction(kind: Section): RawUpdateAction {
    const steps = parsePath(reader, KEYWORDS);
    if (kind === 'REMOVE') return { kind, steps };
    if (kind === 'SET') {
      reader.expectSymbol('=');
      count();
      return { kind, steps, value: parseSetValue() };
    }
    if (reader.next.kind !== 'value') throw reader.syntaxError();
    return { kind, steps, placeholder: reader.take().text };
  }

  const sections: Section[] = [];
  const actions: RawUpdateAction[] = [];
  do {
    const section = SECTIONS.find((keyword) => reader.takeKeyword(keyword));
    if (section === undefined) throw reader.syntaxError();
    sections.push(section);
    do actions.push(parseAction(section));
    while (reader.takeSymbol(','));
  } while (reader.next.kind !== 'end');
  return { sections, actions };
}

/** The functions of updates; both take two operands. */
const FUNCTIONS: readonly string[] = ['if_not_exists', 'list_append'];

/** The types that ADD and DELETE refuse, by the names that AWS's messages give them. */
const TYPE_NAMES: Partial<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  L: 'LIST',
  M: 'MAP',
};

const operandsOf = <O>(value: SetValueOf<O>): readonly O[] =>
  value.kind === 'operand' ? [value.operand] : value.operands;

function checkFunctionNames(operand: RawOperand): void {
  if (operand.kind !== 'function') return;
  operand.args.forEach(checkFunctionNames);
  if (!FUNCTIONS.includes(operand.name)) throw validationError(`Invalid function name; function: ${operand.name}`);
}

function checkSections({ sections }: RawUpdate): void {
  const repeated = sections.find((section, index) => sections.indexOf(section) < index);
  if (repeated !== undefined) {
    throw validationError(`The "${repeated}" section can only be used once in an update expression;`);
  }
}

function bindValue(value: SetValueOf<RawOperand>, placeholders: Placeholders): SetValueOf<Operand> {
  if (value.kind === 'operand') return { kind: 'operand', operand: placeholders.operand(value.operand) };
  const [left, right] = value.operands;
  return { ...value, operands: [placeholders.operand(left), placeholders.operand(right)] };
}

function bindAction(action: RawUpdateAction, placeholders: Placeholders): UpdateAction {
  const path = placeholders.path(action.steps);
  if (action.kind === 'REMOVE') return { kind: 'REMOVE', path };
  if (action.kind === 'SET') return { kind: 'SET', path, value: bindValue(action.value, placeholders) };
  return { kind: action.kind, path, value: placeholders.value(action.placeholder) };
}

const incorrectType = (what: string, name: string, type: string) =>
  validationError(`Incorrect operand type for operator or function; ${what}: ${name}, operand type: ${type}`);

function checkSetOperands(action: UpdateAction): void {
  if (action.kind !== 'ADD' && action.kind !== 'DELETE') return;
  const type = typeOf(action.value);
  const refused = TYPE_NAMES[type];
  if (refused === undefined || (action.kind === 'ADD' && type === 'N')) return;
  throw incorrectType('operator', action.kind, refused);
}

function checkTypes(name: string, operands: readonly Operand[], wanted: AttributeType): void {
  for (const operand of operands) {
    if (operand.kind !== 'value') continue;
    const type = typeOf(operand.value);
    if (type !== wanted) throw incorrectType('operator or function', name, type);
  }
}

function checkFunction(operand: Operand): void {
  if (operand.kind !== 'function') return;
  const { name, args } = operand;
  args.forEach(checkFunction);
  if (args.length !== 2) {
    throw validationError(
      'Incorrect number of operands for operator or function; ' +
        `operator or function: ${name}, number of operands: ${args.length}`,
    );
  }
  if (name === 'if_not_exists' && args[0]?.kind !== 'path') {
    throw validationError(`Operator or function requires a document path; operator or function: ${name}`);
  }
  if (name === 'list_append') checkTypes(name, args, 'L');
}

function checkValue(action: UpdateAction): void {
  if (action.kind !== 'SET') return;
  operandsOf(action.value).forEach(checkFunction);
  if (action.value.kind === 'arithmetic') checkTypes(action.value.operator, action.value.operands, 'N');
}

/**
 * Replaces placeholders and checks all that can be known without an item, each kind of fault over
 * the whole expression before the next, in AWS's order.
 */
export function bindUpdate(update: RawUpdate, placeholders: Placeholders): readonly UpdateAction[] {
  const operands = update.actions.flatMap((action) => (action.kind === 'SET' ? operandsOf(action.value) : []));
  for (const { steps } of update.actions) checkReservedSteps(steps);
  operands.forEach(checkReserved);
  operands.forEach(checkFunctionNames);
  checkSections(update);
  const actions = update.actions.map((action) => bindAction(action, placeholders));
  checkPaths(actions.map(({ path }) => path));
  actions.forEach(checkSetOperands);
  actions.forEach(checkValue);
  return actions;
}

const wrongType = () => validationError('An operand in the update expression has an incorrect data type');

const missing = () => validationError('The provided expression refers to an attribute that does not exist in the item');

function plus(left: AttributeValue, right: AttributeValue, operator: '+' | '-'): AttributeValue {
  if (!('N' in left) || !('N' in right)) throw wrongType();
  const added = parseDecimal(right.N);
  return {
    N: formatDecimal(addDecimals(parseDecimal(left.N), operator === '+' ? added : negateDecimal(added))),
  };
}

function evaluate(operand: Operand, item: Attributes): AttributeValue {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') {
    const value = valueAt(item, operand.path);
    if (value === undefined) throw missing();
    return value;
  }
  const [first, second] = operand.args as [Operand, Operand]; // both functions take two: checked before
  if (operand.name === 'if_not_exists') {
    const value = first.kind === 'path' ? valueAt(item, first.path) : undefined;
    return value ?? evaluate(second, item);
  }
  const [head, tail] = [evaluate(first, item), evaluate(second, item)];
  if (!('L' in head) || !('L' in tail)) throw wrongType();
  return { L: [...head.L, ...tail.L] };
}

function evaluateSet(value: SetValueOf<Operand>, item: Attributes): AttributeValue {
  if (value.kind === 'operand') return evaluate(value.operand, item);
  const [left, right] = value.operands;
  return plus(evaluate(left, item), evaluate(right, item), value.operator);
}

const union = (left: readonly string[], right: readonly string[]) => [...new Set([...left, ...right])];

function add(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (old === undefined) return value;
  if ('SS' in old && 'SS' in value) return { SS: union(old.SS, value.SS) };
  if ('NS' in old && 'NS' in value) return { NS: union(old.NS, value.NS) };
  if ('BS' in old && 'BS' in value) return { BS: union(old.BS, value.BS) };
  return plus(old, value, '+');
}

/** The rest of a set; undefined when it is empty, since a set has at least one element. */
function subtract(old: AttributeValue | undefined, value: AttributeValue): AttributeValue | undefined {
  if (old === undefined) return undefined;
  const without = (members: readonly string[], removed: readonly string[]) =>
    members.filter((member) => !removed.includes(member));
  if ('SS' in old && 'SS' in value) {
    const SS = without(old.SS, value.SS);
    return SS.length === 0 ? undefined : { SS };
  }
  if ('NS' in old && 'NS' in value) {
    const NS = without(old.NS, value.NS);
    return NS.length === 0 ? undefined : { NS };
  }
  if ('BS' in old && 'BS' in value) {
    const BS = without(old.BS, value.BS);
    return BS.length === 0 ? undefined : { BS };
  }
  throw wrongType();
}

function newValue(action: UpdateAction, item: Attributes): AttributeValue | undefined {
  if (action.kind === 'REMOVE') return undefined;
  if (action.kind === 'SET') return evaluateSet(action.value, item);
  const old = valueAt(item, action.path);
  return action.kind === 'ADD' ? add(old, action.value) : subtract(old, action.value);
}

/**
 * The item after an update; `item` is its state before, which every operand of the expression
 * reads.
 *
 * @throws ServiceError for a missing attribute, a wrong type, a path that leads nowhere or a number
 *   out of range.
 */
export function applyUpdate(actions: readonly UpdateAction[], item: Attributes): Attributes {
  const changes = actions.map((action) => ({ path: action.path, value: newValue(action, item) }));
  return changeAt(copyAttributes(item), changes);
}
