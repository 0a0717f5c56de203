import { validationError } from '../errors.ts';

/** A piece of an expression. */
export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PATTERN =
  /(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<name>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<number>[0-9]+)|(?<symbol><=|>=|<>|[=<>()[\],.+-])/y;

/** The token that `text` has at `start`; undefined for a character that begins none. */
function tokenAt(text: string, start: number): Token | undefined {
  PATTERN.lastIndex = start;
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) return undefined;
  for (const kind of ['word', 'name', 'value', 'number', 'symbol'] as const) {
    const found = groups[kind];
    if (found !== undefined) return { kind, text: found, start, end: start + found.length };
  }
  return undefined;
}

/** The tokens of an expression, read one by one; every syntax error comes from here. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @throws ServiceError for a character that begins no token. */
  constructor(text: string) {
    this.#text = text;
    const tokens: Token[] = [];
    for (let start = this.#skipSpace(0); start < text.length; start = this.#skipSpace(tokens.at(-1)?.end ?? 0)) {
      const token = tokenAt(text, start);
      if (token === undefined) {
        // By code point, so that the message is well-formed.
        const odd = String.fromCodePoint(text.codePointAt(start) ?? 0);
        throw this.#error({ kind: 'symbol', text: odd, start, end: start + odd.length }, tokens.at(-1), undefined);
      }
      tokens.push(token);
    }
    tokens.push({ kind: 'end', text: '<EOF>', start: text.length, end: text.length });
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.peek(0);
  }

  /** The token `ahead` of the next one. */
  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token; // there is always an end token
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Takes the next token if it is this symbol. */
  takeSymbol(symbol: string): boolean {
    const matches = this.next.kind === 'symbol' && this.next.text === symbol;
    if (matches) this.#at += 1;
    return matches;
  }

  /** Takes the next token if it is this keyword, in any case. */
  takeKeyword(keyword: string): boolean {
    const matches = this.isKeyword(keyword);
    if (matches) this.#at += 1;
    return matches;
  }

  isKeyword(keyword: string): boolean {
    return this.next.kind === 'word' && this.next.text.toUpperCase() === keyword;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (this.next.kind !== 'end') throw this.syntaxError();
  }

  /** The next token does not fit. */
  syntaxError() {
    return this.#error(this.next, this.#at > 0 ? this.#tokens[this.#at - 1] : undefined, this.peek(1));
  }

  #error(token: Token, before: Token | undefined, after: Token | undefined) {
    const near = this.#text.slice(before?.start ?? token.start, after?.end ?? token.end).trim();
    return validationError(`Syntax error; token: "${token.text}", near: "${near}"`);
  }

  #skipSpace(from: number): number {
    let at = from;
    while (at < this.#text.length && ' \t\r\n'.includes(this.#text.charAt(at))) at += 1;
    return at;
  }
}
