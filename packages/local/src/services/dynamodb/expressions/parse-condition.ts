import { validationError } from '../errors.ts';
import type { Comparator, RawCondition } from './condition.ts';
import type { RawOperand } from './operand.ts';
import type { Keywords } from './parse-path.ts';
import { parseFurtherSteps, parsePath } from './parse-path.ts';
import { TokenReader } from './tokens.ts';

const KEYWORDS: Keywords = new Set(['BETWEEN', 'IN', 'AND', 'OR', 'NOT']);
const COMPARATORS: readonly Comparator[] = ['=', '<>', '<', '<=', '>', '>='];
/** Source: "Service quotas": 300 operators and functions in an expression, 100 operands of IN. */
const MAX_OPERATORS = 300;
const MAX_IN = 100;
/** Parentheses nest this deep at most, to keep the stack small; AWS's 300 operators imply a limit too. */
const MAX_DEPTH = 300;

/** A condition or an operand: an opening parenthesis may begin either. */
type Parsed =
  | { readonly is: 'condition'; readonly condition: RawCondition; readonly wrapped?: boolean }
  | { readonly is: 'operand'; readonly operand: RawOperand; readonly wrapped?: boolean };

/** A condition as written, and whether it has parentheses directly around parentheses, which AWS refuses later. */
export interface ParsedCondition {
  readonly condition: RawCondition;
  readonly hasRedundantParentheses: boolean;
}

/** @throws ServiceError for a syntax error or too many operators. */
export function parseCondition(text: string): ParsedCondition {
  const reader = new TokenReader(text);
  let hasRedundantParentheses = false;
  let operators = 0;
  let depth = 0;

  const count = () => {
    operators += 1;
    if (operators > MAX_OPERATORS) {
      throw validationError(`The expression contains too many operators; operator count: ${operators}`);
    }
  };

  const asCondition = (parsed: Parsed): RawCondition => {
    if (parsed.is === 'condition') return parsed.condition;
    const { operand } = parsed;
    // A function alone is a condition, be it one that AWS allows there or not: that is checked later.
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
