import type { Item } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';
import type { KeyFields, TableFields } from './row.ts';
import { keyFieldsOf } from './row.ts';

/** The read that a cursor belongs to. */
export interface CursorScope {
  readonly definition: TableFields;
  readonly index: string | undefined;
  /** The partition of a query; `undefined` for a scan. */
  readonly partition: string | undefined;
  /** Which part of a scan, e.g. `0/4`. */
  readonly segment: string | undefined;
}

/** The fields that say where a read goes on: the keys of the table and of the index. */
function positionFields({ definition, index }: CursorScope): string[] {
  const key = keyFieldsOf(definition, undefined);
  const indexKey = keyFieldsOf(definition, index);
  const names = [key.partition, key.sort, indexKey.partition, indexKey.sort];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** A reading position as text: base64url of JSON. */
export function cursorOf(scope: CursorScope, item: Item): string {
  const values = positionFields(scope).map((field) => item[field]);
  return Buffer.from(JSON.stringify([labelOf(scope), ...values])).toString('base64url');
}

/**
 * The reading position of a cursor. Cursors may come from outside, so each part is checked.
 *
 * @throws TwelvefoldError `CURSOR_INVALID` for text that is not a cursor, and for one of another
 * read.
 */
export function positionOf(scope: CursorScope, cursor: string): Item {
  const fields = positionFields(scope);
  const [label, ...values] = parsed(cursor);
  const { partition: field }: KeyFields = keyFieldsOf(scope.definition, scope.index);
  const whole =
    label === labelOf(scope) &&
    values.length === fields.length &&
    values.every((value) => typeof value === 'string' && value !== '');
  const position: Item = Object.fromEntries(fields.map((name, at) => [name, values[at]]));
  if (whole && (scope.partition === undefined || position[field] === scope.partition)) return position;
  throw invalidCursor(scope);
}

/** The error for a cursor that is not one of this read. */
export function invalidCursor({ definition }: CursorScope, cause?: unknown): TwelvefoldError {
  return new TwelvefoldError(
    'CURSOR_INVALID',
    `Cannot go on reading table '${definition.name}': the cursor is not one of this query or scan; pass the cursor of a page of the same table, index, partition and segment`,
    { cause },
  );
}

function parsed(cursor: unknown): unknown[] {
  if (typeof cursor !== 'string') return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/**
 * The read that a cursor of version 1 belongs to, e.g. `1 query orders.byUser` or `1 scan orders
 * 0/4`.
 */
function labelOf({ definition, index, partition, segment }: CursorScope): string {
  const read = partition === undefined ? 'scan' : 'query';
  return `1 ${read} ${definition.name}${index === undefined ? '' : `.${index}`}${segment === undefined ? '' : ` ${segment}`}`;
}
