import { fieldPath } from './fit.ts';

/** A place in a value that DynamoDB has no type for. */
export interface Unstorable {
  readonly path: string;
  readonly reason: string;
}

/**
 * A copy of `value` without the fields that are `undefined`. Whatever DynamoDB cannot store is
 * pushed on `faults`: class instances such as Date, functions, NaN and infinities, empty sets,
 * `undefined` inside a list (dropping it would move the rest).
 */
export function storable(value: unknown, path: string, faults: Unstorable[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) faults.push({ path, reason: 'not a finite number' });
    return value;
  }
  if (Array.isArray(value)) return value.map((element, index) => storable(element, fieldPath(path, index), faults));
  if (value instanceof Uint8Array) return value;
  if (value instanceof Set) {
    if (value.size === 0) faults.push({ path, reason: 'an empty set' });
    return value;
  }
  if (isPlain(value)) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.map(([name, field]) => [name, storable(field, fieldPath(path, name), faults)]));
  }
  faults.push({ path, reason: typeof value === 'object' ? 'an instance of a class' : `of type ${typeof value}` });
  return value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
