import type { Item } from '@twelvefold/aws/internal';
import { beginsWith, contains, isEqual, order, sizeOf, stored, sum } from './values.ts';

/** The placeholders of a request. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** A part of an expression that has a value for an item; `undefined` for an absent field. */
type Operand = (item: Item) => unknown;
type Test = (item: Item) => boolean;

const TOKEN = /\s*([#:]?\w+|<=|>=|<>|[=<>(),+-])/y;

/** Reads an expression that a driver of this package made: fields at the top level, no paths. */
class Reader {
  readonly #tokens: string[] = [];
  readonly #text: string;
  readonly #placeholders: Placeholders;
  #at = 0;

  constructor(text: string, placeholders: Placeholders) {
    this.#text = text;
    this.#placeholders = placeholders;
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) this.#tokens.push(match[1] ?? '');
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  takeIf(token: string): boolean {
    const isNext = this.#tokens[this.#at] === token;
    if (isNext) this.#at += 1;
    return isNext;
  }

  take(): string {
    this.#at += 1;
    return this.#tokens[this.#at - 1] ?? '';
  }

  expect(token: string): void {
    if (!this.takeIf(token)) throw this.fault(`'${token}' is expected before '${this.#tokens[this.#at] ?? 'its end'}'`);
  }

  /** A name or its placeholder. */
  field(): string {
    const token = this.take();
    const name = token.startsWith('#') ? this.#placeholders.ExpressionAttributeNames?.[token] : token;
    if (name === undefined) throw this.fault(`'${token}' has no name`);
    return name;
  }

  operand(): Operand {
    const token = this.#tokens[this.#at] ?? '';
    if (token.startsWith(':')) {
      this.#at += 1;
      const value = stored(this.#placeholders.ExpressionAttributeValues?.[token]);
      if (value === undefined) throw this.fault(`'${token}' has no value`);
      return () => value;
    }
    if (token === 'size' || token === 'if_not_exists') {
      this.#at += 1;
      this.expect('(');
      const field = this.field();
      const other = this.takeIf(',') ? this.operand() : () => undefined;
      this.expect(')');
      return (item) => (token === 'size' ? sizeOf(item[field]) : (item[field] ?? other(item)));
    }
    const field = this.field();
    return (item) => item[field];
  }

  list<T>(one: () => T): T[] {
    const all = [one()];
    while (this.takeIf(',')) all.push(one());
    return all;
  }

  fault(reason: string): TypeError {
    return new TypeError(`Cannot evaluate the expression '${this.#text}' in memory: ${reason}`);
  }
}

/** A condition, a filter or a key condition as a function. No text holds for every item. */
export function testOf(text: string | undefined, placeholders: Placeholders): Test {
  if (text === undefined) return () => true;
  const reader = new Reader(text, placeholders);
  const test = either(reader);
  if (!reader.isAtEnd) throw reader.fault(`'${reader.take()}' is not expected`);
  return test;
}

function either(reader: Reader): Test {
  const tests = [both(reader)];
  while (reader.takeIf('OR')) tests.push(both(reader));
  return (item) => tests.some((test) => test(item));
}

function both(reader: Reader): Test {
  const tests = [single(reader)];
  while (reader.takeIf('AND')) tests.push(single(reader));
  return (item) => tests.every((test) => test(item));
}

function single(reader: Reader): Test {
  if (reader.takeIf('NOT')) {
    const denied = single(reader);
    return (item) => !denied(item);
  }
  if (reader.takeIf('(')) {
    const inner = either(reader);
    reader.expect(')');
    return inner;
  }
  for (const [name, holds] of Object.entries(FUNCTIONS)) {
    if (!reader.takeIf(name)) continue;
    reader.expect('(');
    const operands = reader.list(() => reader.operand());
    reader.expect(')');
    return (item) => holds(...(operands.map((operand) => operand(item)) as [unknown, unknown]));
  }
  return comparison(reader);
}

const FUNCTIONS: Readonly<Record<string, (value: unknown, other: unknown) => boolean>> = {
  attribute_exists: (value) => value !== undefined,
  attribute_not_exists: (value) => value === undefined,
  begins_with: beginsWith,
  contains,
};

function comparison(reader: Reader): Test {
  const left = reader.operand();
  const operator = reader.take();
  if (operator === 'IN') {
    reader.expect('(');
    const all = reader.list(() => reader.operand());
    reader.expect(')');
    return (item) => all.some((one) => isEqual(left(item), one(item)));
  }
  const right = reader.operand();
  const compared = (item: Item) => order(left(item), right(item));
  switch (operator) {
    case '=':
      return (item) => isEqual(left(item), right(item));
    case '<>':
      return (item) => !isEqual(left(item), right(item));
    case '<':
      return (item) => (compared(item) ?? 0) < 0;
    case '<=':
      return (item) => (compared(item) ?? 1) <= 0;
    case '>':
      return (item) => (compared(item) ?? 0) > 0;
    case '>=':
      return (item) => (compared(item) ?? -1) >= 0;
    case 'BETWEEN': {
      reader.expect('AND');
      const last = reader.operand();
      return (item) => (compared(item) ?? -1) >= 0 && (order(left(item), last(item)) ?? 1) <= 0;
    }
    default:
      throw reader.fault(`'${operator}' is not a comparison`);
  }
}

/** An update as a function from the item to a new one. */
export function updateOf(text: string, placeholders: Placeholders): (item: Item) => Item {
  const reader = new Reader(text, placeholders);
  const changes: Array<[field: string, value: Operand]> = [];
  while (!reader.isAtEnd) {
    const clause = reader.take();
    const change = CLAUSES[clause];
    if (change === undefined) throw reader.fault(`'${clause}' is not SET, ADD or REMOVE`);
    changes.push(...reader.list(() => change(reader)));
  }
  return (item) => {
    // Every change sees the item from before.
    const values = changes.map(([field, value]) => [field, value(item)] as const);
    const after = { ...item };
    for (const [field, value] of values) {
      if (value === undefined) delete after[field];
      else after[field] = value;
    }
    return after;
  };
}

const CLAUSES: Readonly<Record<string, (reader: Reader) => [field: string, value: Operand]>> = {
  SET: (reader) => {
    const field = reader.field();
    reader.expect('=');
    const first = reader.operand();
    const sign = reader.takeIf('+') ? 1 : reader.takeIf('-') ? -1 : undefined;
    if (sign === undefined) return [field, first];
    const second = reader.operand();
    return [field, (item) => sum(first(item) as number, second(item) as number, sign)]; // DynamoDB refuses other types
  },
  ADD: (reader) => {
    const field = reader.field();
    const amount = reader.operand();
    return [field, (item) => sum((item[field] ?? 0) as number, amount(item) as number, 1)]; // drivers add numbers only
  },
  REMOVE: (reader) => [reader.field(), () => undefined],
};
