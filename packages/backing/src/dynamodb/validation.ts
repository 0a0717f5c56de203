import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * The result of a check: the value as the schema returns it, or the places that do not fit.
 */
export type Validation<T> =
  | { readonly valid: true; readonly value: T }
  | { readonly valid: false; readonly issues: FieldIssue[] };

/** One place that does not fit. Names only: a schema's own messages may quote the value. */
export interface FieldIssue {
  /** The top-level field, or `undefined` when the issue concerns the value as a whole. */
  readonly field: string | undefined;
  /** The whole path, e.g. `lines[0].sku`. */
  readonly path: string;
}

/**
 * Checks `value` against `schema`.
 *
 * @throws TypeError when the schema answers with a promise: operations are described synchronously.
 */
export function validate<T>(schema: StandardSchemaV1<unknown, T>, value: unknown, subject: string): Validation<T> {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    throw new TypeError(`Cannot check ${subject}: its schema is asynchronous; use one that answers at once`);
  }
  if (!result.issues) return { valid: true, value: result.value };
  return {
    valid: false,
    issues: result.issues.map((issue) => {
      const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
      return { field: keys.length > 0 ? String(keys[0]) : undefined, path: keys.reduce(fieldPath, '') };
    }),
  };
}

/** The places that do not fit, for a message: `'totalCents', 'lines[0].sku'`. */
export function issueList(issues: readonly FieldIssue[]): string {
  const paths = new Set(issues.map(({ path }) => (path === '' ? 'the value as a whole' : `'${path}'`)));
  return [...paths].join(', ');
}

/** The path of `key` inside `parent`, as messages name it: `lines[0].sku`. */
export function fieldPath(parent: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  return parent === '' ? String(key) : `${parent}.${String(key)}`;
}
