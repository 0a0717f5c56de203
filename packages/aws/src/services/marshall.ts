import { toBase64 } from './blob.ts';

/** A value as DynamoDB's JSON carries it. */
export type Attribute =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { L: Attribute[] }
  | { M: Record<string, Attribute> }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] };

const BOXES: ReadonlySet<unknown> = new Set([Boolean, Number, String]);

/**
 * A plain object as an attribute map, by the rules of `@aws-sdk/lib-dynamodb` with
 * `removeUndefinedValues`: `undefined` and
 * functions are left out, numbers must be safe (a bigint or a NumberValue for others), sets must
 * not be empty and class instances
 * are refused.
 *
 * @throws TypeError that names the attribute.
 */
export function marshallItem(item: Readonly<Record<string, unknown>>, at: string): Record<string, Attribute> {
  const map: Record<string, Attribute> = {};
  for (const key of Object.keys(item)) {
    const value = item[key];
    if (value !== undefined && typeof value !== 'function') put(map, key, marshall(value, at, key));
  }
  return map;
}

function marshall(value: unknown, at: string, key: string | number): Attribute {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: numberText(value, at, key) };
    case 'boolean':
      return { BOOL: value };
    case 'bigint':
      return { N: value.toString() };
    case 'object':
      return value === null ? { NULL: true } : marshallObject(value, at, key);
    default:
      throw refused(at, key, `a ${typeof value} has no type in DynamoDB`);
  }
}

function marshallObject(value: object, at: string, key: string | number): Attribute {
  const path = `${at}.${key}`;
  if (Array.isArray(value)) {
    const members = value.filter((member) => member !== undefined && typeof member !== 'function');
    return { L: members.map((member, index) => marshall(member, path, index)) };
  }
  if (value instanceof Set) return marshallSet(value, at, key);
  if (value instanceof Map) return { M: marshallEntries(value, path) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || prototype.constructor?.name === 'Object') {
    return { M: marshallEntries(enumerable(value), path) };
  }
  const bytes = bytesOf(value);
  if (bytes) return { B: toBase64(bytes) };
  if (isNumberValue(value)) return { N: String(value) };
  const unboxed: unknown = value.valueOf();
  if (typeof unboxed !== 'object' && BOXES.has(prototype.constructor)) return marshall(unboxed, at, key);
  throw refused(
    at,
    key,
    `a ${prototype.constructor?.name ?? 'class instance'} has no type in DynamoDB; store its fields`,
  );
}

function marshallEntries(entries: Iterable<[unknown, unknown]>, path: string): Record<string, Attribute> {
  const map: Record<string, Attribute> = {};
  for (const [key, value] of entries) {
    const name = String(key);
    if (value !== undefined && typeof value !== 'function') put(map, name, marshall(value, path, name));
  }
  return map;
}

/** Inherited members too: what `for in` sees, as in the SDK. */
function enumerable(value: object): Array<[string, unknown]> {
  const entries: Array<[string, unknown]> = [];
  for (const key in value) entries.push([key, (value as Record<string, unknown>)[key]]); // its own key
  return entries;
}

function marshallSet(set: ReadonlySet<unknown>, at: string, key: string | number): Attribute {
  const members = [...set].filter((member) => member !== undefined);
  const [first] = members;
  if (members.length === 0) throw refused(at, key, 'a set must have a member; leave the attribute out instead');
  const kind = memberKind(first);
  if (kind === undefined || members.some((member) => memberKind(member) !== kind)) {
    throw refused(at, key, 'the members of a set must be all strings, all numbers or all bytes');
  }
  if (kind === 'SS') return { SS: members as string[] }; // each was just seen to be one
  if (kind === 'BS') return { BS: members.map((member) => toBase64(bytesOf(member as object) ?? new Uint8Array())) };
  return {
    NS: members.map((member) => (typeof member === 'number' ? numberText(member, at, key) : String(member))),
  };
}

function memberKind(member: unknown): 'SS' | 'NS' | 'BS' | undefined {
  if (typeof member === 'string') return 'SS';
  if (typeof member === 'number' || typeof member === 'bigint' || isNumberValue(member)) return 'NS';
  return typeof member === 'object' && member !== null && bytesOf(member) ? 'BS' : undefined;
}

function numberText(value: number, at: string, key: string | number): string {
  if (!Number.isFinite(value)) throw refused(at, key, `${value} is not a number to DynamoDB`);
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
    throw refused(at, key, `${value} has lost digits already; use a bigint or a NumberValue`);
  }
  return String(value);
}

function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/**
 * `NumberValue` of `@aws-sdk/lib-dynamodb`, told by its shape because it comes from a package that
 * need not be there.
 */
function isNumberValue(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'toAttributeValue' in value;
}

/** Plain assignment to `__proto__` would set the prototype. */
function put(map: Record<string, Attribute>, key: string, value: Attribute): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}

const refused = (at: string, key: string | number, reason: string) =>
  new TypeError(`Cannot store attribute ${at}.${key}: ${reason}`);
