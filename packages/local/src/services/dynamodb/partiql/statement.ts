import { rewording, validationError } from '../errors.ts';
import { bindCondition } from '../expressions/bind-condition.ts';
import type { Condition, RawCondition } from '../expressions/condition.ts';
import type { Path } from '../expressions/path.ts';
import type { RawOperand } from '../expressions/raw-operand.ts';
import type { RawUpdate, RawUpdateAction, UpdateAction } from '../expressions/update.ts';
import { bindUpdate } from '../expressions/update.ts';
import type { Attributes, RawValue } from '../values/value.ts';
import { normaliseAttributes } from '../values/value.ts';
import type { Token } from './lexer.ts';
import { notWellFormed } from './lexer.ts';
import { StatementReader } from './statement-reader.ts';
import { isValue, readValue } from './values.ts';
import { readWhere } from './where.ts';

interface Source {
  readonly table: string;
  readonly index: string | undefined;
}

/** `RETURNING ALL OLD *` and the like. */
export interface Returning {
  readonly which: 'ALL' | 'MODIFIED';
  readonly when: 'OLD' | 'NEW';
}

export interface SelectStatement extends Source {
  readonly kind: 'select';
  /** Undefined for all attributes. */
  readonly paths: readonly Path[] | undefined;
  readonly where: Condition | undefined;
  readonly orderBy: ReadonlyArray<{ readonly attribute: string; readonly descending: boolean }>;
}

export interface InsertStatement extends Source {
  readonly kind: 'insert';
  readonly item: Attributes;
}

export interface UpdateStatement extends Source {
  readonly kind: 'update';
  readonly actions: readonly UpdateAction[];
  readonly where: Condition;
  readonly returning: Returning | undefined;
}

export interface DeleteStatement extends Source {
  readonly kind: 'delete';
  readonly where: Condition;
  readonly returning: Returning | undefined;
}

export type Statement =
  | SelectStatement
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | { readonly kind: 'exists'; readonly of: SelectStatement };

function checkComponent(name: string): string {
  if (name === '') throw validationError('Path component cannot be an empty string');
  return name;
}

function readSource(reader: StatementReader): Source {
  const components = [checkComponent(reader.name())];
  while (reader.takeSymbol('.')) components.push(checkComponent(reader.name()));
  const [table = '', index, third] = components;
  if (third !== undefined) throw validationError('A path may contain at most 2 components in the FROM clause');
  return { table, index };
}

/** DynamoDB has no table aliases. */
function refuseAlias(reader: StatementReader): void {
  if (reader.takeKeyword('AS') || reader.isName()) throw validationError('Aliasing is not supported');
}

function bindWhere(reader: StatementReader, condition: RawCondition): Condition {
  // Expressions call it an operator, PartiQL an operator or function.
  return rewording(
    (message) => message.replace('; operator: ', '; operator or function: '),
    () => bindCondition({ condition, hasRedundantParentheses: false }, reader.placeholders()),
  );
}

function readProjection(reader: StatementReader): readonly Path[] | undefined {
  if (reader.takeSymbol('*')) return undefined;
  const paths: Path[] = [];
  do {
    const { text, kind, at } = reader.next;
    if (kind === 'word' && reader.peek(1).text === '(') throw validationError(`Unexpected path component at ${at}`);
    if (kind === 'symbol' && text === '*') {
      throw validationError("Other attributes should not be present in the projection when '*' is used.");
    }
    const path = reader.steps();
    const repeated = paths.some((other) => other.at(-1) === path.at(-1));
    if (repeated) throw validationError(`Duplicate identifiers in select clause: ${path.at(-1)}`);
    paths.push(path);
  } while (reader.takeSymbol(','));
  return paths;
}

function readOrderBy(reader: StatementReader): SelectStatement['orderBy'] {
  if (!reader.takeKeyword('ORDER')) return [];
  reader.expectKeyword('BY');
  const keys: Array<SelectStatement['orderBy'][number]> = [];
  do {
    const attribute = reader.name();
    const descending = reader.takeKeyword('DESC');
    if (!descending) reader.takeKeyword('ASC');
    keys.push({ attribute, descending });
  } while (reader.takeSymbol(','));
  return keys;
}

function readSelect(reader: StatementReader): SelectStatement {
  const paths = readProjection(reader);
  reader.expectKeyword('FROM');
  const source = readSource(reader);
  refuseAlias(reader);
  const raw = reader.takeKeyword('WHERE') ? readWhere(reader) : undefined;
  const orderBy = readOrderBy(reader);
  return { kind: 'select', ...source, paths, where: raw && bindWhere(reader, raw), orderBy };
}

function readReturning(reader: StatementReader): Returning | undefined {
  if (!reader.takeKeyword('RETURNING')) return undefined;
  const which = reader.takeKeyword('ALL') ? 'ALL' : 'MODIFIED';
  if (which === 'MODIFIED') reader.expectKeyword('MODIFIED');
  const when = reader.takeKeyword('OLD') ? 'OLD' : 'NEW';
  if (when === 'NEW') reader.expectKeyword('NEW');
  if (!reader.takeSymbol('*')) {
    throw notWellFormed("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause");
  }
  return { which, when };
}

function readInsert(reader: StatementReader): InsertStatement {
  reader.expectKeyword('INTO');
  const source = readSource(reader);
  if (source.index !== undefined) throw validationError('This operation is not supported on an index');
  if (!reader.takeKeyword('VALUE')) throw notWellFormed('Unexpected token after expression');
  if (reader.next.text !== '{' && reader.next.text !== '?') {
    throw validationError(
      'Unsupported format in item expression. Please use struct format {...} to express item values for insert statement.',
    );
  }
  const { M: item = {} } = readValue(reader);
  if (reader.isKeyword('RETURNING')) throw validationError('RETURNING is not supported in INSERT');
  return { kind: 'insert', ...source, item: normaliseAttributes(item) };
}

/** A value of SET. */
function readSetOperand(reader: StatementReader): RawOperand {
  const { kind, text, at } = reader.next;
  if (kind === 'word' && reader.peek(1).text === '(') {
    const name = text.toLowerCase();
    if (name !== 'list_append' && name !== 'if_not_exists') {
      throw validationError(`Unrecognized function: ${name} at ${at}`);
    }
    reader.take();
    reader.take();
    const args = [readSetOperand(reader)];
    while (reader.takeSymbol(',')) args.push(readSetOperand(reader));
    reader.expectSymbol(')');
    return { kind: 'function', name, args };
  }
  if (isValue(reader.next)) return reader.rawValue(readValue(reader));
  return { kind: 'path', steps: reader.rawSteps(reader.steps()) };
}

const SET_FUNCTIONS: Readonly<Record<string, 'ADD' | 'DELETE'>> = { set_add: 'ADD', set_delete: 'DELETE' };

/**
 * `set_add(path, set)` and `set_delete(path, set)`, recorded on AWS by dynamodb-conformance
 * (partiqlFunctions).
 */
function readSetFunction(
  reader: StatementReader,
  target: ReadonlyArray<string | number>,
  kind: 'ADD' | 'DELETE',
): RawUpdateAction {
  const name = `SET_${kind}`;
  const { at } = reader.take();
  reader.take();
  const args: Array<{
    readonly token: Token;
    readonly steps?: ReadonlyArray<string | number>;
    readonly value?: RawValue;
  }> = [];
  while (!reader.takeSymbol(')')) {
    if (args.length > 0) reader.expectSymbol(',');
    const token = reader.next;
    args.push(isValue(token) ? { token, value: readValue(reader) } : { token, steps: reader.steps() });
  }
  const [first, second] = args;
  if (first === undefined || second === undefined || args.length > 2) {
    throw validationError(`${name} must have exactly two arguments at ${at}`);
  }
  if (JSON.stringify(first.steps) !== JSON.stringify(target)) {
    throw validationError(`The first argument to ${name} must equal the assignment value at ${at}`);
  }
  const { value } = second;
  if (value === undefined || (value.SS ?? value.NS ?? value.BS) === undefined) {
    throw validationError(`The second argument to ${name} must be a value with type SET at ${first.token.at}`);
  }
  const operand = reader.rawValue(value);
  return { kind, steps: reader.rawSteps(target), placeholder: operand.kind === 'value' ? operand.placeholder : '' };
}

function readAssignment(reader: StatementReader): RawUpdateAction {
  const target = reader.steps();
  reader.expectSymbol('=');
  const { kind, text } = reader.next;
  const set = kind === 'word' && reader.peek(1).text === '(' ? SET_FUNCTIONS[text.toLowerCase()] : undefined;
  if (set !== undefined) return readSetFunction(reader, target, set);
  const steps = reader.rawSteps(target);
  const left = readSetOperand(reader);
  for (const operator of ['+', '-'] as const) {
    if (!reader.takeSymbol(operator)) continue;
    const value = { kind: 'arithmetic', operator, operands: [left, readSetOperand(reader)] } as const;
    return { kind: 'SET', steps, value };
  }
  return { kind: 'SET', steps, value: { kind: 'operand', operand: left } };
}

function readUpdateActions(reader: StatementReader): RawUpdate {
  const actions: RawUpdateAction[] = [];
  for (;;) {
    if (reader.takeKeyword('SET')) {
      do actions.push(readAssignment(reader));
      while (reader.takeSymbol(','));
    } else if (reader.takeKeyword('REMOVE')) {
      do actions.push({ kind: 'REMOVE', steps: reader.rawSteps(reader.steps()) });
      while (reader.takeSymbol(','));
    } else break;
  }
  if (actions.length === 0) {
    throw validationError('Only SET and REMOVE are supported in update expressions at this time');
  }
  return { sections: [], actions };
}

function readWriteWhere(reader: StatementReader): Condition {
  if (!reader.takeKeyword('WHERE')) {
    throw validationError('Where clause does not contain a mandatory equality on all key attributes');
  }
  return bindWhere(reader, readWhere(reader));
}

function readUpdate(reader: StatementReader): UpdateStatement {
  const source = readSource(reader);
  if (!reader.isKeyword('SET') && !reader.isKeyword('REMOVE')) refuseAlias(reader);
  if (source.index !== undefined) throw validationError('This operation is not supported on an index');
  const update = readUpdateActions(reader);
  const where = readWriteWhere(reader);
  const actions = bindUpdate(update, reader.placeholders());
  return { kind: 'update', ...source, actions, where, returning: readReturning(reader) };
}

function readDelete(reader: StatementReader): DeleteStatement {
  reader.expectKeyword('FROM');
  const source = readSource(reader);
  refuseAlias(reader);
  if (source.index !== undefined) throw validationError('This operation is not supported on an index');
  const where = readWriteWhere(reader);
  const returning = readReturning(reader);
  if (returning !== undefined && (returning.which !== 'ALL' || returning.when !== 'OLD')) {
    throw validationError(
      `Invalid returning clause: RETURNING ${returning.which} ${returning.when} *. Only RETURNING ALL OLD * is allowed in DELETE statements.`,
    );
  }
  return { kind: 'delete', ...source, where, returning };
}

function readBody(reader: StatementReader): Statement {
  if (reader.takeKeyword('SELECT')) return readSelect(reader);
  if (reader.takeKeyword('INSERT')) return readInsert(reader);
  if (reader.takeKeyword('UPDATE')) return readUpdate(reader);
  if (reader.takeKeyword('DELETE')) return readDelete(reader);
  if (!reader.takeKeyword('EXISTS')) throw notWellFormed('Expected data manipulation');
  reader.expectSymbol('(');
  reader.expectKeyword('SELECT');
  const of = readSelect(reader);
  reader.expectSymbol(')');
  return { kind: 'exists', of };
}

/** A PartiQL statement with its parameters in place. @throws ServiceError `ValidationException` */
export function readStatement(text: string, parameters: readonly RawValue[]): Statement {
  const reader = new StatementReader(text, parameters);
  const statement = readBody(reader);
  reader.expectEnd();
  return statement;
}
