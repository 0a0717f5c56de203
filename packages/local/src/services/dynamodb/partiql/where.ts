import { validationError } from '../errors.ts';
import type { Comparator, RawCondition } from '../expressions/condition.ts';
import type { RawOperand } from '../expressions/raw-operand.ts';
import { notWellFormed } from './lexer.ts';
import type { StatementReader } from './statement-reader.ts';
import { isValue, readValue } from './values.ts';

const COMPARATORS: Readonly<Record<string, Comparator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const CONDITIONS = ['attribute_exists', 'attribute_not_exists', 'attribute_type', 'begins_with', 'contains'];

/** DynamoDB's types by the names that IS takes. Source: "PartiQL data types for DynamoDB". */
const TYPES: Readonly<Record<string, string>> = {
  BLOB: 'B',
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  LIST: 'L',
  NULL: 'NULL',
  NUMERIC: 'N',
  STRING: 'S',
  STRUCT: 'M',
  TUPLE: 'M',
};

/** Conditions nest this deep at most, to keep the stack small. */
const MAX_DEPTH = 100;

/** Source: "PartiQL operators": 100 values of IN, 50 for a hash attribute. */
const MAX_IN = 100;

const not = (of: RawCondition): RawCondition => ({ kind: 'not', of });

/** The condition of a WHERE clause. @throws ServiceError */
export function readWhere(reader: StatementReader): RawCondition {
  let depth = 0;

  function readArguments(): RawOperand[] {
    const args: RawOperand[] = [];
    while (!reader.takeSymbol(')')) {
      if (args.length > 0) reader.expectSymbol(',');
      args.push(readOperand());
    }
    return args;
  }

  /** The name of a function that is called here, in lower case. */
  function functionName(): string | undefined {
    const { kind, text } = reader.next;
    return kind === 'word' && reader.peek(1).text === '(' ? text.toLowerCase() : undefined;
  }

  function readOperand(): RawOperand {
    const called = functionName();
    if (called !== undefined) {
      const { at } = reader.take();
      if (called !== 'size') throw validationError(`Unrecognized function: ${called} at ${at}`);
      reader.take();
      return { kind: 'function', name: called, args: readArguments() };
    }
    if (isValue(reader.next)) return reader.rawValue(readValue(reader));
    return { kind: 'path', steps: reader.rawSteps(reader.steps()) };
  }

  function readIn(left: RawOperand): RawCondition {
    const closing = reader.takeSymbol('[') ? ']' : ')';
    if (closing === ')') reader.expectSymbol('(');
    const operands: [RawOperand, ...RawOperand[]] = [left];
    while (!reader.takeSymbol(closing)) {
      if (operands.length > 1) reader.expectSymbol(',');
      operands.push(readOperand());
    }
    if (operands.length < 2 || left.kind !== 'path') {
      throw validationError(
        'IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq with at least one member',
      );
    }
    if (operands.length > MAX_IN + 1) throw validationError('Too many values in the IN operator; at most 100');
    return { kind: 'in', operands };
  }

  function readIs(left: RawOperand): RawCondition {
    const negated = reader.takeKeyword('NOT');
    const word = reader.take().text.toUpperCase();
    const call = (name: string, ...more: RawOperand[]): RawCondition => ({
      kind: 'call',
      name,
      operands: [left, ...more],
    });
    if (word === 'MISSING') return call(negated ? 'attribute_exists' : 'attribute_not_exists');
    const type = Object.hasOwn(TYPES, word) ? TYPES[word] : undefined;
    if (type === undefined) {
      throw validationError(
        `Unsupported data type for IS operator: ${word}. Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]`,
      );
    }
    const condition = call('attribute_type', reader.rawValue({ S: type }));
    return negated ? not(condition) : condition;
  }

  function readCall(name: string): RawCondition {
    reader.take();
    reader.take();
    const condition: RawCondition = { kind: 'call', name, operands: readArguments() };
    // `attribute_exists(a) = true` says the same as without the comparison.
    if (!reader.takeSymbol('=')) return condition;
    if (reader.takeKeyword('TRUE')) return condition;
    if (reader.takeKeyword('FALSE')) return not(condition);
    throw validationError('WHERE clause must contain an expression that resolves to a boolean');
  }

  function readTest(): RawCondition {
    const called = functionName();
    if (called !== undefined && CONDITIONS.includes(called)) return readCall(called);
    const left = readOperand();
    if (reader.takeKeyword('BETWEEN')) {
      const low = readOperand();
      reader.expectKeyword('AND');
      return { kind: 'between', operands: [left, low, readOperand()] };
    }
    if (reader.takeKeyword('IN')) return readIn(left);
    if (reader.takeKeyword('NOT', 'IN')) return not(readIn(left));
    if (reader.takeKeyword('IS')) return readIs(left);
    const comparator = reader.next.kind === 'symbol' ? COMPARATORS[reader.next.text] : undefined;
    if (comparator === undefined) {
      if (reader.next.kind === 'end') {
        throw validationError('WHERE clause must contain an expression that resolves to a boolean');
      }
      throw notWellFormed('Unexpected token after expression');
    }
    reader.take();
    return { kind: 'compare', comparator, operands: [left, readOperand()] };
  }

  function readPrimary(): RawCondition {
    depth += 1;
    if (depth > MAX_DEPTH) throw notWellFormed('The condition is nested too deeply');
    let condition: RawCondition;
    if (reader.takeKeyword('NOT')) condition = not(readPrimary());
    else if (reader.takeSymbol('(')) {
      condition = readOr();
      reader.expectSymbol(')');
    } else condition = readTest();
    depth -= 1;
    return condition;
  }

  function readAnd(): RawCondition {
    let left = readPrimary();
    while (reader.takeKeyword('AND')) left = { kind: 'and', left, right: readPrimary() };
    return left;
  }

  function readOr(): RawCondition {
    let left = readAnd();
    while (reader.takeKeyword('OR')) left = { kind: 'or', left, right: readAnd() };
    return left;
  }

  return readOr();
}
