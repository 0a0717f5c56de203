import { TwelvefoldError } from '@twelvefold/core';
import type { Unstorable } from '../../../dynamodb/storable.ts';
import { storable } from '../../../dynamodb/storable.ts';

/**
 * `value` as DynamoDB can store it, without fields that are `undefined`.
 *
 * @throws TwelvefoldError `ROW_INVALID` naming the fields that cannot be stored.
 */
export function storableField(value: unknown, path: string, subject: string): unknown {
  const faults: Unstorable[] = [];
  const stored = storable(value, path, faults);
  if (faults.length > 0) {
    const named = faults.map((fault) => `'${fault.path}' is ${fault.reason}`).join(', ');
    throw new TwelvefoldError(
      'ROW_INVALID',
      `Cannot store ${subject}: ${named}; let the schema turn it into a string, a number, a list or a plain object`,
    );
  }
  return stored;
}
