import { ServiceError } from '../../../core/service-error.ts';

// Source: user guide, "CloudWatch Logs Insights language query syntax".

export type Expression =
  | { readonly kind: 'value'; readonly value: string | number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'regex'; readonly pattern: RegExp }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** An expression with the name of its column. */
export interface Column {
  readonly name: string;
  readonly expression: Expression;
}

export type Command =
  | { readonly kind: 'fields' | 'display'; readonly columns: readonly Column[] }
  | { readonly kind: 'filter'; readonly condition: Expression }
  | { readonly kind: 'stats'; readonly columns: readonly Column[]; readonly by: readonly Column[] }
  | { readonly kind: 'sort'; readonly keys: ReadonlyArray<{ readonly of: Expression; readonly descending: boolean }> }
  | { readonly kind: 'limit'; readonly count: number }
  | {
      readonly kind: 'parse';
      readonly source: Expression;
      readonly pattern: RegExp;
      readonly names: readonly string[];
    };

/** @throws ServiceError `MalformedQueryException` */
export function malformed(reason: string): ServiceError {
  return new ServiceError('MalformedQueryException', reason);
}

interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'regex' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const SPACE = /(?:\s|#[^\n]*)+/y;
const TOKENS: ReadonlyArray<readonly [Token['kind'], RegExp]> = [
  ['number', /\d+(?:\.\d+)?(?![\w.])/y],
  ['word', /@?[A-Za-z0-9_](?:[\w.:]|\.\d)*/y],
  ['quoted', /`([^`]+)`/y],
  ['string', /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y],
  ['symbol', /!=|<=|>=|=~|[=<>()[\],|+*%^-]/y],
];
const REGEX = /\/((?:[^/\\]|\\.)+)\/(i?)/y;

/** A slash begins a regular expression after `like`, `=~` and in `parse`, else it divides. */
const takesRegex = (last: Token | undefined, before: Token | undefined) =>
  last !== undefined && (/^(like|=~|parse)$/i.test(last.text) || /^parse$/i.test(before?.text ?? ''));

function readTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(query)?.[0].length ?? 0;
    if (at >= query.length) break;
    const found = nextToken(query, at, tokens);
    if (found === undefined) throw malformed(`unexpected symbol found ${query[at]} at position ${at}`);
    tokens.push(found.token);
    at += found.length;
  }
  return [...tokens, { kind: 'end', text: '', at }];
}

function nextToken(query: string, at: number, tokens: readonly Token[]) {
  if (query[at] === '/') {
    REGEX.lastIndex = at;
    const regex = takesRegex(tokens.at(-1), tokens.at(-2)) ? REGEX.exec(query) : null;
    if (regex === null) return { token: { kind: 'symbol', text: '/', at } satisfies Token, length: 1 };
    return { token: { kind: 'regex', text: regex[0], at } satisfies Token, length: regex[0].length };
  }
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match === null) continue;
    const text = (match[1] ?? match[2])?.replaceAll(/\\(.)/g, '$1') ?? match[0];
    return { token: { kind, text, at } satisfies Token, length: match[0].length };
  }
  return undefined;
}

function toRegex(text: string): RegExp {
  const [, source = '', flags = ''] = /^\/(.*)\/(i?)$/s.exec(text) ?? [];
  const insensitive = source.startsWith('(?i)');
  try {
    // `(?<name>...)` is the same in Java and JavaScript.
    return new RegExp(insensitive ? source.slice(4) : source, insensitive ? 'i' : flags);
  } catch {
    throw malformed(`the regular expression ${text} cannot be read`);
  }
}

const escapeRegex = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A glob of `parse`: each `*` is a field. */
const globPattern = (glob: string) =>
  new RegExp(
    glob
      .split('*')
      .map(escapeRegex)
      .join('(.*?)')
      .replace(/\(\.\*\?\)$/, '(.*)'),
    's',
  );

/** Commands of AWS that are not here. */
const ELSEWHERE = [
  'anomaly',
  'dedup',
  'diff',
  'filterindex',
  'join',
  'lookup',
  'pattern',
  'source',
  'unmask',
  'unnest',
];

/** Expressions nest this deep at most, to keep the stack small. */
const MAX_DEPTH = 100;

const PRECEDENCE: ReadonlyArray<readonly string[]> = [
  ['or'],
  ['and'],
  ['=', '!=', '<', '<=', '>', '>=', '=~', 'like', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
  ['^'],
];

class Parser {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = readTokens(query);
  }

  get #next(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token; // the last is the end
  }

  #take(): Token {
    const token = this.#next;
    this.#at += 1;
    return token;
  }

  #takes(text: string): boolean {
    const { kind, text: found } = this.#next;
    if ((kind !== 'symbol' && kind !== 'word') || found.toLowerCase() !== text) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): ServiceError {
    const { text, at } = this.#next;
    return malformed(`unexpected symbol found ${text === '' ? 'end of the query' : text} at position ${at}`);
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected();
  }

  #primary(): Expression {
    const { kind, text } = this.#next;
    if (this.#takes('(')) {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (this.#takes('[')) return { kind: 'list', items: this.#arguments(']') };
    if (this.#takes('-')) {
      return { kind: 'binary', operator: '-', left: { kind: 'value', value: 0 }, right: this.#primary() };
    }
    if (kind === 'symbol' || kind === 'end') throw this.#unexpected();
    this.#take();
    if (kind === 'number') return { kind: 'value', value: Number(text) };
    if (kind === 'string') return { kind: 'value', value: text };
    if (kind === 'regex') return { kind: 'regex', pattern: toRegex(text) };
    if (kind === 'word' && this.#takes('(')) {
      return { kind: 'call', name: text.toLowerCase(), args: this.#arguments(')') };
    }
    return { kind: 'field', name: text };
  }

  #arguments(closing: string): Expression[] {
    const args: Expression[] = [];
    while (!this.#takes(closing)) {
      if (args.length > 0) this.#expect(',');
      // `count(*)`
      if (this.#takes('*')) args.push({ kind: 'value', value: '*' });
      else args.push(this.#expression());
    }
    return args;
  }

  #operator(level: number): { readonly operator: string; readonly negated: boolean } | undefined {
    const operators = PRECEDENCE[level] ?? [];
    if (level === 2 && this.#next.text.toLowerCase() === 'not') {
      this.#take();
      const operator = ['like', 'in'].find((candidate) => this.#takes(candidate));
      if (operator === undefined) throw this.#unexpected();
      return { operator, negated: true };
    }
    const operator = operators.find((candidate) => this.#takes(candidate));
    return operator === undefined ? undefined : { operator, negated: false };
  }

  #expression(level = 0): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH * PRECEDENCE.length) throw malformed('the query is nested too deeply');
    let left: Expression;
    if (level === 2 && this.#takes('not')) left = { kind: 'not', of: this.#expression(2) };
    else if (level === PRECEDENCE.length) left = this.#primary();
    else {
      left = this.#expression(level + 1);
      for (;;) {
        const found = this.#operator(level);
        if (found === undefined) break;
        const test: Expression = { kind: 'binary', operator: found.operator, left, right: this.#expression(level + 1) };
        left = found.negated ? { kind: 'not', of: test } : test;
      }
    }
    this.#depth -= 1;
    return left;
  }

  /** An expression is named as it is written, or by `as`. */
  #column(): Column {
    const start = this.#next.at;
    const expression = this.#expression();
    const written = this.#query.slice(start, this.#next.at).trim();
    if (this.#takes('as')) return { name: this.#take().text, expression };
    return { name: expression.kind === 'field' ? expression.name : written, expression };
  }

  #columns(): Column[] {
    const columns = [this.#column()];
    while (this.#takes(',')) columns.push(this.#column());
    return columns;
  }

  #sort(): Command {
    const keys: Array<{ of: Expression; descending: boolean }> = [];
    do {
      const of = this.#expression();
      const descending = this.#takes('desc');
      if (!descending) this.#takes('asc');
      keys.push({ of, descending });
    } while (this.#takes(','));
    return { kind: 'sort', keys };
  }

  #parse(): Command {
    const first = this.#next;
    const isPattern = first.kind === 'string' || first.kind === 'regex';
    const source: Expression = isPattern ? { kind: 'field', name: '@message' } : this.#primary();
    const { kind, text } = this.#take();
    if (kind === 'regex') {
      const pattern = toRegex(text);
      const names = [...text.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name ?? '');
      if (names.length === 0) throw malformed('the regular expression of parse has no named groups');
      return { kind: 'parse', source, pattern, names };
    }
    if (kind !== 'string') throw malformed('parse needs a glob in quotes or a regular expression');
    const names: string[] = [];
    if (this.#takes('as')) {
      do names.push(this.#take().text);
      while (this.#takes(','));
    }
    if (names.length !== text.split('*').length - 1) {
      throw malformed('parse needs as many names after "as" as its glob has asterisks');
    }
    return { kind: 'parse', source, pattern: globPattern(text), names };
  }

  #command(): Command {
    const { text: word, at } = this.#take();
    const name = word.toLowerCase();
    if (name === 'fields' || name === 'display') return { kind: name, columns: this.#columns() };
    if (name === 'filter') return { kind: 'filter', condition: this.#expression() };
    if (name === 'stats') {
      const columns = this.#columns();
      return { kind: 'stats', columns, by: this.#takes('by') ? this.#columns() : [] };
    }
    if (name === 'sort') return this.#sort();
    if (name === 'parse') return this.#parse();
    if (name === 'limit') {
      const { kind, text } = this.#take();
      if (kind !== 'number') throw malformed('limit needs a number');
      return { kind: 'limit', count: Number(text) };
    }
    if (ELSEWHERE.includes(name)) {
      throw new ServiceError(
        'NotImplemented',
        `Cannot answer logs StartQuery: the local endpoint does not implement the command ${name}`,
        { status: 501 },
      );
    }
    throw malformed(`unexpected symbol found ${word} at position ${at}`);
  }

  commands(): Command[] {
    const commands: Command[] = [];
    do commands.push(this.#command());
    while (this.#takes('|'));
    if (this.#next.kind !== 'end') throw this.#unexpected();
    return commands;
  }
}

/** The commands of a query. @throws ServiceError `MalformedQueryException` */
export const parseQuery = (query: string): Command[] => new Parser(query).commands();
