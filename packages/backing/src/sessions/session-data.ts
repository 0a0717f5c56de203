import type { StandardSchemaV1 } from '@standard-schema/spec';
import { TwelvefoldError } from '@twelvefold/core';
import type { Fit } from '../dynamodb/fit.ts';
import { fit, misfitList } from '../dynamodb/fit.ts';
import type { SessionStoreDefinition } from './session-store.ts';

/** DynamoDB: 400 KB per item, in bytes, names and values together. */
const MAX_ITEM_BYTES = 400 * 1_024;
/** Names, id and times of an item: 43 for the id, 21 at most for each number, and the names. */
const BYTES_BESIDE_DATA = 150;

/** Turns session data into the JSON text that is stored, and back. */
export interface SessionData<T> {
  /**
   * `data` as it is stored and as it will be read again.
   *
   * @throws TwelvefoldError `SESSION_INVALID`, `SESSION_TOO_LARGE`.
   */
  encode(data: T): { readonly json: string; readonly data: T };
  /** What is stored, checked: it may come from an older release. */
  decode(json: unknown): Fit<T>;
}

/**
 * One JSON attribute instead of nested ones costs a third of the marshalling, keeps whatever JSON keeps (empty strings,
 * nulls, deep nesting) and makes the size exact.
 */
export function createSessionData<T>(definition: SessionStoreDefinition<StandardSchemaV1<unknown, T>>): SessionData<T> {
  const subject = `a session of store '${definition.name}'`;
  const checked = (data: unknown, when: string): T => {
    const result = fit(definition.schema, data, subject);
    if (result.fits) return result.value;
    throw new TwelvefoldError(
      'SESSION_INVALID',
      `Cannot store ${subject}: ${misfitList(result.misfits)} does not fit the schema${when}`,
    );
  };
  return {
    encode: (data) => {
      const json = toJson(checked(data, ''), subject);
      const stored = checked(JSON.parse(json), ' once it has been JSON');
      const bytes = Buffer.byteLength(json);
      if (bytes > MAX_ITEM_BYTES - BYTES_BESIDE_DATA) {
        throw new TwelvefoldError(
          'SESSION_TOO_LARGE',
          `Cannot store ${subject}: its data is ${bytes} bytes of JSON; DynamoDB holds ${MAX_ITEM_BYTES - BYTES_BESIDE_DATA}; keep large things in a table of their own`,
        );
      }
      return { json, data: stored };
    },
    decode: (json) => {
      try {
        return fit(definition.schema, JSON.parse(String(json)), subject);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return { fits: false, misfits: [{ field: undefined, path: '' }] };
      }
    },
  };
}

function toJson(data: unknown, subject: string): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(data); // undefined for undefined and functions, whatever its type says
  } catch (error) {
    cause = error; // a cycle or a bigint
  }
  if (json !== undefined) return json;
  throw new TwelvefoldError('SESSION_INVALID', `Cannot store ${subject}: its data cannot be written as JSON`, {
    cause,
  });
}
