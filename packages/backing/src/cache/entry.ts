import type { StandardSchemaV1 } from '@standard-schema/spec';
import { TwelvefoldError } from '@twelvefold/core';
import { issueList, validate } from '../dynamodb/validation.ts';

/** An entry as it was read. `freshUntilMs` is on the wall clock of the process that wrote it. */
export interface Entry<T> {
  readonly freshUntilMs: number;
  /** `undefined` for a negative entry: the loader had found nothing. */
  readonly value: T | undefined;
}

/** Turns values into the text that is stored, and back. */
export interface EntryFormat<T> {
  /** @throws TwelvefoldError `CACHE_VALUE_INVALID`. */
  encode(value: T | undefined, freshUntilMs: number): string;
  /** `undefined` for a text that does not fit. */
  decode(text: string): Entry<T> | undefined;
}

const VALUE = 'v';
const NEGATIVE = 'n';

/** One text per entry: `v1800000000000:{"sku":"a"}`, or `n1800000000000:` for a negative entry. */
export function entryFormat<T>(schema: StandardSchemaV1<unknown, T>, subject: string): EntryFormat<T> {
  const refuse = (reason: string, cause?: unknown) =>
    new TwelvefoldError('CACHE_VALUE_INVALID', `Cannot store ${subject}: ${reason}`, { cause });
  const validated = (value: unknown, when: string) => {
    const result = validate(schema, value, subject);
    if (!result.valid) throw refuse(`${issueList(result.issues)} does not fit the schema${when}`);
    return result.value;
  };

  return {
    encode(value, freshUntilMs) {
      const end = Math.round(freshUntilMs);
      if (value === undefined) return `${NEGATIVE}${end}:`;
      const json = toJson(validated(value, ''), refuse);
      validated(JSON.parse(json), ' once it has been JSON');
      return `${VALUE}${end}:${json}`;
    },
    decode(text) {
      const colon = text.indexOf(':');
      const freshUntilMs = colon < 2 ? Number.NaN : Number(text.slice(1, colon));
      if (Number.isNaN(freshUntilMs)) return undefined;
      if (text.startsWith(NEGATIVE)) return { freshUntilMs, value: undefined };
      if (!text.startsWith(VALUE)) return undefined;
      let parsed: unknown;
      try {
        parsed = JSON.parse(text.slice(colon + 1));
      } catch {
        return undefined;
      }
      const result = validate(schema, parsed, subject);
      return result.valid ? { freshUntilMs, value: result.value } : undefined;
    },
  };
}

function toJson(value: unknown, refuse: (reason: string, cause?: unknown) => Error): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(value); // undefined for functions and symbols, whatever its type says
  } catch (error) {
    cause = error; // a cycle or a bigint
  }
  if (json === undefined) throw refuse('it cannot be written as JSON', cause);
  return json;
}
