import { validationError } from '../errors.ts';
import type { AttributeType } from '../values/attribute-value.ts';
import { typeOf } from '../values/attribute-value.ts';
import { checkPaths } from './check-paths.ts';
import { checkReserved, checkReservedSteps } from './check-reserved.ts';
import type { Operand, RawOperand } from './operand.ts';
import type { Placeholders } from './placeholders.ts';
import type { RawUpdate, RawUpdateAction, SetValueOf, UpdateAction } from './update.ts';

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
 * Replaces placeholders and checks all that can be known without an item, each kind of fault over the whole expression before the
 * next, in AWS's order.
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
