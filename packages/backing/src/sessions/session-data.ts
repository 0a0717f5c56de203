import type { StandardSchemaV1 } from '@standard-schema/spec';
import { TwelvefoldError } from '@twelvefold/core';
import type { Validation } from '../dynamodb/validation.ts';
import { issueList, validate } from '../dynamodb/validation.ts';

/** Turns session data into the JSON that is stored, and back. */
export interface SessionData<T> {
  /**
   * The data as it is stored and as it will be read again.
   *
   * @throws TwelvefoldError `SESSION_INVALID`.
   */
  encode(data: T): { readonly json: string; readonly data: T };
  /** The stored data, checked: it may come from another release. Shares no object with `stored`. */
  decode(stored: unknown): Validation<T>;
}

export function createSessionData<T>(schema: StandardSchemaV1, subject: string): SessionData<T> {
  const invalid = (reason: string, cause?: unknown) =>
    new TwelvefoldError('SESSION_INVALID', `Cannot store ${subject}: ${reason}`, { cause });
  const checked = (data: unknown, when: string): T => {
    const result = validate(schema as StandardSchemaV1<unknown, T>, data, subject); // T is the schema's output
    if (result.valid) return result.value;
    throw invalid(`${issueList(result.issues)} does not fit the schema${when}`);
  };
  return {
    encode: (data) => {
      const json = toJson(checked(data, ''), (cause) => invalid('its data cannot be written as JSON', cause));
      if (!json.startsWith('{')) throw invalid('its data must be an object with fields');
      return { json, data: checked(JSON.parse(json), ' once it has been JSON') };
    },
    decode: (stored) => validate(schema as StandardSchemaV1<unknown, T>, stored, subject), // as above
  };
}

function toJson(data: unknown, fault: (cause: unknown) => Error): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(data); // undefined for undefined and functions, whatever its type says
  } catch (error) {
    cause = error; // a cycle or a bigint
  }
  if (json === undefined) throw fault(cause);
  return json;
}
