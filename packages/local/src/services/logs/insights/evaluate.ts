import type { Expression } from './parse-query.ts';
import { malformed } from './parse-query.ts';

/** The fields of a record, discovered or computed. */
export type Row = Readonly<Record<string, unknown>>;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `5m` in milliseconds. */
function periodMs(expression: Expression | undefined): number {
  const text =
    expression?.kind === 'field' ? expression.name : String(expression?.kind === 'value' ? expression.value : '');
  const [, count = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? UNITS[unit.charAt(0)] ?? 0);
  if (!(ms > 0)) throw malformed(`the period ${text} cannot be read`);
  return ms;
}

export const toNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
};

const toText = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''));

/** Numbers as numbers, else texts. */
export function compare(left: unknown, right: unknown): number {
  const [a, b] = [toNumber(left), toNumber(right)];
  if (a !== undefined && b !== undefined) return a - b;
  const [x, y] = [toText(left), toText(right)];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}

const isPresent = (value: unknown) => value !== undefined && value !== null;

type Call = (values: readonly unknown[], row: Row, args: readonly Expression[]) => unknown;

const numbersOf = (values: readonly unknown[]) => values.flatMap((value) => toNumber(value) ?? []);

const FUNCTIONS: Readonly<Record<string, Call>> = {
  abs: ([value]) => numeric(Math.abs, value),
  bin: (_values, row, [period]) => floorTo(row['@timestamp'], periodMs(period)),
  ceil: ([value]) => numeric(Math.ceil, value),
  coalesce: (values) => values.find(isPresent),
  concat: (values) => values.map(toText).join(''),
  datefloor: ([value], _row, [, period]) => floorTo(value, periodMs(period)),
  floor: ([value]) => numeric(Math.floor, value),
  greatest: (values) => Math.max(...numbersOf(values)),
  isblank: ([value]) => !isPresent(value) || toText(value).trim() === '',
  isempty: ([value]) => !isPresent(value) || toText(value) === '',
  ispresent: ([value]) => isPresent(value),
  least: (values) => Math.min(...numbersOf(values)),
  replace: ([text, from, to]) => toText(text).replaceAll(toText(from), toText(to)),
  sqrt: ([value]) => numeric(Math.sqrt, value),
  strcontains: ([text, part]) => (toText(text).includes(toText(part)) ? 1 : 0),
  strlen: ([text]) => [...toText(text)].length,
  substr: ([text, from, length]) => {
    const start = toNumber(from) ?? 0;
    const count = toNumber(length);
    return toText(text).slice(start, count === undefined ? undefined : start + count);
  },
  tolower: ([text]) => toText(text).toLowerCase(),
  tomillis: ([value]) => toNumber(value),
  toupper: ([text]) => toText(text).toUpperCase(),
  trim: ([text]) => toText(text).trim(),
};

function numeric(apply: (value: number) => number, value: unknown): number | undefined {
  const number = toNumber(value);
  return number === undefined ? undefined : apply(number);
}

function floorTo(value: unknown, ms: number): number | undefined {
  const number = toNumber(value);
  return number === undefined ? undefined : Math.floor(number / ms) * ms;
}

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': (left, right) => left ** right,
};

const ORDER: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** A regular expression is searched; text is looked for. */
const isLike = (value: unknown, pattern: Expression, row: Row) => {
  if (!isPresent(value)) return false;
  if (pattern.kind === 'regex') return pattern.pattern.test(toText(value));
  return toText(value).includes(toText(evaluate(pattern, row)));
};

function evaluateBinary({ operator, left, right }: Expression & { kind: 'binary' }, row: Row): unknown {
  if (operator === 'and') return Boolean(evaluate(left, row)) && Boolean(evaluate(right, row));
  if (operator === 'or') return Boolean(evaluate(left, row)) || Boolean(evaluate(right, row));
  const value = evaluate(left, row);
  if (operator === 'like' || operator === '=~') return isLike(value, right, row);
  if (operator === 'in') {
    return (
      right.kind === 'list' && right.items.some((item) => isPresent(value) && compare(value, evaluate(item, row)) === 0)
    );
  }
  const other = evaluate(right, row);
  const apply = ARITHMETIC[operator];
  if (apply !== undefined) {
    const [a, b] = [toNumber(value), toNumber(other)];
    return a === undefined || b === undefined ? undefined : apply(a, b);
  }
  // A comparison with an absent field holds for `!=` only.
  if (!isPresent(value) || !isPresent(other)) return operator === '!=';
  return ORDER[operator]?.(compare(value, other)) ?? false;
}

/**
 * The value of an expression for one row.
 *
 * @throws ServiceError `MalformedQueryException` for an unknown function
 */
export function evaluate(expression: Expression, row: Row): unknown {
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'field':
      return Object.hasOwn(row, expression.name) ? row[expression.name] : undefined;
    case 'not':
      return !evaluate(expression.of, row);
    case 'binary':
      return evaluateBinary(expression, row);
    case 'call': {
      const call = Object.hasOwn(FUNCTIONS, expression.name) ? FUNCTIONS[expression.name] : undefined;
      if (call === undefined) throw malformed(`unknown function ${expression.name}`);
      return call(
        expression.args.map((argument) => evaluate(argument, row)),
        row,
        expression.args,
      );
    }
    default:
      throw malformed('a list or a regular expression stands where a value should');
  }
}
