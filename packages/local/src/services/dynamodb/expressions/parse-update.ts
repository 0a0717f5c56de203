import { validationError } from '../errors.ts';
import type { RawOperand } from './operand.ts';
import type { Keywords } from './parse-path.ts';
import { parsePath } from './parse-path.ts';
import { TokenReader } from './tokens.ts';
import type { RawUpdate, RawUpdateAction, Section, SetValueOf } from './update.ts';

const SECTIONS: readonly Section[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];
const KEYWORDS: Keywords = new Set(SECTIONS);
/** Source: "Service quotas": 300 operators and functions in an expression. */
const MAX_OPERATORS = 300;
/** Functions nest this deep at most, to keep the stack small; 300 operators imply a limit too. */
const MAX_DEPTH = 300;

/** @throws ServiceError for a syntax error or too many operators. */
export function parseUpdate(text: string): RawUpdate {
  const reader = new TokenReader(text);
  let operators = 0;
  let depth = 0;

  const count = () => {
    operators += 1;
    if (operators > MAX_OPERATORS) {
      throw validationError(`The expression contains too many operators; operator count: ${operators}`);
    }
  };

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
    // An opening parenthesis may hold the first operand or the whole value: look for what follows the operand in it.
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
