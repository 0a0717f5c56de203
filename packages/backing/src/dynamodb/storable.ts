import { fieldPath } from './validation.ts';

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
    else if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
      faults.push({ path, reason: 'beyond the safe integers (use a bigint)' });
    return value;
  }
  if (Array.isArray(value)) return value.map((element, index) => storable(element, fieldPath(path, index), faults));
  if (isBytes(value) || isNumberValue(value)) return value;
  if (value instanceof Set) {
    const kinds = new Set([...value].map(memberKind));
    if (kinds.size === 0) faults.push({ path, reason: 'an empty set' });
    else if (kinds.size > 1 || kinds.has(undefined)) {
      faults.push({ path, reason: 'a set whose members are not all strings, all numbers or all bytes' });
    }
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

function isBytes(value: unknown): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/**
 * `NumberValue` of `@aws-sdk/lib-dynamodb`, recognized by its shape: the package need not be there.
 */
function isNumberValue(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'toAttributeValue' in value;
}

function memberKind(member: unknown): 'string' | 'number' | 'bytes' | undefined {
  if (typeof member === 'string') return 'string';
  if (typeof member === 'bigint' || isNumberValue(member)) return 'number';
  if (typeof member === 'number') return Number.isFinite(member) ? 'number' : undefined;
  return isBytes(member) ? 'bytes' : undefined;
}
