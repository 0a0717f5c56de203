import { invalid } from './log-store.ts';

// What CloudWatch Logs has of regular expressions; no groups and no nested repetition, so nothing
// here can run without end.
const ALLOWED = /^(?:\[(?:[^\]\\]|\\.)+\]|\\[\s\S]|[^()[\]\\])+$/;

/**
 * @throws ServiceError `InvalidParameterException` for an expression that CloudWatch Logs refuses
 */
export function toRegex(text: string): RegExp {
  if (!ALLOWED.test(text)) throw invalid('Invalid filter pattern: Invalid regular expression');
  try {
    return new RegExp(text);
  } catch {
    throw invalid('Invalid filter pattern: Invalid regular expression');
  }
}

type Test = (event: unknown) => boolean;

const TOKEN =
  /\s*(?:(\$(?:\.[\w-]+|\['[^']*'\]|\[\d+\])*)|(&&|\|\||<=|>=|!=|[=<>(){}])|"((?:[^"\\]|\\.)*)"|%([^%]*)%|([^\s"%(){}=<>!&|]+))/y;

type Token =
  | { readonly kind: 'path'; readonly steps: readonly string[] }
  | { readonly kind: 'operator' | 'text' | 'regex' | 'word'; readonly text: string };

// More than a pattern of 1,024 characters can need; without a bound its parentheses could overflow
// the stack.
const MAX_DEPTH = 100;

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < pattern.length; ) {
    const found = TOKEN.exec(pattern);
    if (found === null) throw invalid('Invalid filter pattern');
    const [, path, operator, text, regex, word] = found;
    if (path !== undefined) {
      const steps = [...path.matchAll(/\.([\w-]+)|\['([^']*)'\]|\[(\d+)\]/g)];
      tokens.push({ kind: 'path', steps: steps.map(([, name, quoted, index]) => name ?? quoted ?? index ?? '') });
    } else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replace(/\\(.)/g, '$1') });
    else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex });
    else tokens.push({ kind: 'word', text: word ?? '' });
  }
  return tokens;
}

function valueAt(event: unknown, steps: readonly string[]): unknown {
  let value = event;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step]; // an object, as the line above says
  }
  return value;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const wildcard = (text: string) =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
      .join('[\\s\\S]*')}$`,
  );

function equals(operand: Token & { readonly text: string }): (value: unknown) => boolean {
  if (operand.kind === 'regex') {
    const regex = toRegex(operand.text);
    return (value) => (typeof value === 'string' || typeof value === 'number') && regex.test(String(value));
  }
  if (operand.kind === 'word' && NUMBER.test(operand.text)) {
    return (value) => value === Number(operand.text);
  }
  const matcher = wildcard(operand.text);
  return (value) => (typeof value === 'string' || typeof value === 'number') && matcher.test(String(value));
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(pattern: string) {
    this.#tokens = tokenize(pattern);
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw invalid('Invalid filter pattern: it ends early');
    this.#at += 1;
    return token;
  }

  #skip(text: string): boolean {
    const token = this.#tokens[this.#at];
    const is = token?.kind === 'operator' && token.text === text;
    if (is) this.#at += 1;
    return is;
  }

  parse(): Test {
    if (!this.#skip('{')) throw invalid('Invalid filter pattern');
    const test = this.#or(0);
    if (!this.#skip('}') || this.#at !== this.#tokens.length) throw invalid('Invalid filter pattern');
    return test;
  }

  #or(depth: number): Test {
    const tests = [this.#and(depth)];
    while (this.#skip('||')) tests.push(this.#and(depth));
    return (event) => tests.some((test) => test(event));
  }

  #and(depth: number): Test {
    const tests = [this.#one(depth)];
    while (this.#skip('&&')) tests.push(this.#one(depth));
    return (event) => tests.every((test) => test(event));
  }

  #one(depth: number): Test {
    if (depth > MAX_DEPTH) throw invalid('Invalid filter pattern: it is nested too deeply');
    if (this.#skip('(')) {
      const test = this.#or(depth + 1);
      if (!this.#skip(')')) throw invalid('Invalid filter pattern: a parenthesis is not closed');
      return test;
    }
    const path = this.#next();
    if (path.kind !== 'path') throw invalid('Invalid filter pattern: a condition must begin with a property selector');
    return this.#condition((event) => valueAt(event, path.steps));
  }

  #condition(read: (event: unknown) => unknown): Test {
    const operator = this.#next();
    if (operator.kind === 'word') return this.#keyword(operator.text.toUpperCase(), read);
    if (operator.kind !== 'operator') throw invalid('Invalid filter pattern: a comparison is missing');
    const operand = this.#next();
    if (operand.kind === 'path' || operand.kind === 'operator')
      throw invalid('Invalid filter pattern: a value is missing');
    if (operator.text === '=' || operator.text === '!=') {
      const is = equals(operand);
      const wanted = operator.text === '=';
      return (event) => {
        const value = read(event);
        return value !== undefined && is(value) === wanted;
      };
    }
    const bound = Number(operand.text);
    if (operand.kind !== 'word' || !NUMBER.test(operand.text)) {
      throw invalid('Invalid filter pattern: only numbers can be compared by size');
    }
    const compare = { '<': lt, '<=': le, '>': gt, '>=': ge }[operator.text];
    if (compare === undefined) throw invalid('Invalid filter pattern: a comparison is missing');
    return (event) => {
      const value = read(event);
      return typeof value === 'number' && compare(value, bound);
    };
  }

  #keyword(word: string, read: (event: unknown) => unknown): Test {
    const second = this.#next();
    const said = second.kind === 'word' ? `${word} ${second.text.toUpperCase()}` : word;
    if (said === 'IS NULL') return (event) => read(event) === null;
    if (said === 'IS TRUE') return (event) => read(event) === true;
    if (said === 'IS FALSE') return (event) => read(event) === false;
    if (said === 'NOT EXISTS') return (event) => read(event) === undefined;
    throw invalid(`Invalid filter pattern: ${said} is not an operator`);
  }
}

const lt = (a: number, b: number) => a < b;
const le = (a: number, b: number) => a <= b;
const gt = (a: number, b: number) => a > b;
const ge = (a: number, b: number) => a >= b;

/**
 * A filter on events that are JSON objects: `{ $.status >= 500 && $.path = "/api/*" }`.
 *
 * @throws ServiceError `InvalidParameterException`
 */
export function parseJsonPattern(pattern: string): (message: string) => boolean {
  const test = new Parser(pattern).parse();
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      return test(JSON.parse(message));
    } catch {
      return false; // not JSON, so not for this pattern
    }
  };
}
