import { validationError } from '../errors.ts';
import { Placeholders } from '../expressions/placeholders.ts';
import type { RawOperand, RawStep } from '../expressions/raw-operand.ts';
import type { RawValue } from '../values/value.ts';
import { normaliseValue } from '../values/value.ts';
import type { Token } from './lexer.ts';
import { notWellFormed, readTokens } from './lexer.ts';

/** Words that end a clause and are not names without quotes. */
const KEYWORDS = new Set([
  'AND',
  'AS',
  'BETWEEN',
  'BY',
  'DELETE',
  'FROM',
  'IN',
  'INNER',
  'INSERT',
  'INTO',
  'IS',
  'NOT',
  'OR',
  'ORDER',
  'REMOVE',
  'RETURNING',
  'SELECT',
  'SET',
  'UPDATE',
  'VALUE',
  'WHERE',
]);

/**
 * Reads the tokens of one statement. Names and values become placeholders, so that the checks of
 * DynamoDB's expressions apply to them.
 */
export class StatementReader {
  readonly #tokens: readonly Token[];
  readonly #parameters: readonly RawValue[];
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, RawValue> = {};
  #at = 0;
  #taken = 0;

  constructor(statement: string, parameters: readonly RawValue[]) {
    this.#tokens = readTokens(statement);
    this.#parameters = parameters;
  }

  get next(): Token {
    return this.peek(0);
  }

  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token; // the last is the end
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  isKeyword(word: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === 'word' && text.toUpperCase() === word;
  }

  takeKeyword(...words: string[]): boolean {
    if (!words.every((word, ahead) => this.isKeyword(word, ahead))) return false;
    this.#at += words.length;
    return true;
  }

  takeSymbol(symbol: string): boolean {
    const { kind, text } = this.next;
    if (kind !== 'symbol' || text !== symbol) return false;
    this.#at += 1;
    return true;
  }

  expectKeyword(word: string): void {
    if (!this.takeKeyword(word)) throw notWellFormed(`Expected ${word}`);
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw notWellFormed(`Expected ${symbol}`);
  }

  /**
   * @throws ServiceError for a token after the end of the statement, or for parameters that are not
   *   used
   */
  expectEnd(): void {
    this.takeSymbol(';');
    if (this.next.kind !== 'end') throw notWellFormed('Unexpected token after expression');
    if (this.#taken < this.#parameters.length) throw this.#mismatch();
  }

  #mismatch() {
    return validationError("Number of parameters in request and statement don't match.");
  }

  /** The value of the next `?`. */
  parameter(): RawValue {
    const value = this.#parameters[this.#taken];
    if (value === undefined) throw this.#mismatch();
    this.#taken += 1;
    return value;
  }

  /** Whether a name begins here. */
  isName(): boolean {
    const { kind, text } = this.next;
    return kind === 'quoted' || (kind === 'word' && !KEYWORDS.has(text.toUpperCase()));
  }

  /** A name, quoted or not. */
  name(): string {
    if (!this.isName()) throw notWellFormed('Expected identifier');
    return this.take().text;
  }

  /** The names and indexes of a document path: `a`, `"a".b[0]`. */
  steps(): [string, ...Array<string | number>] {
    const steps: [string, ...Array<string | number>] = [this.name()];
    for (;;) {
      if (this.takeSymbol('.')) {
        if (!this.isName()) throw notWellFormed('Invalid path dot component');
        steps.push(this.name());
      } else if (this.next.text === '[' && this.peek(1).kind === 'number' && this.peek(2).text === ']') {
        this.take();
        steps.push(Number(this.take().text));
        this.take();
      } else return steps;
    }
  }

  /** A document path as DynamoDB's expressions have it. */
  rawSteps(steps: ReadonlyArray<string | number>): RawStep[] {
    return steps.map((step) => {
      if (typeof step === 'number') return { index: step };
      const placeholder = `#n${Object.keys(this.#names).length}`;
      this.#names[placeholder] = step;
      return { placeholder };
    });
  }

  rawValue(value: RawValue): RawOperand {
    const placeholder = `:v${Object.keys(this.#values).length}`;
    normaliseValue(value); // its faults have no prefix in PartiQL
    this.#values[placeholder] = value;
    return { kind: 'value', placeholder };
  }

  /** The names and values that were read so far. */
  placeholders(): Placeholders {
    const some = <T>(record: Record<string, T>) => (Object.keys(record).length > 0 ? record : undefined);
    return new Placeholders({
      ExpressionAttributeNames: some(this.#names),
      ExpressionAttributeValues: some(this.#values),
    });
  }
}
