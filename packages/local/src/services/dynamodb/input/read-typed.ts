import { ServiceError } from '../../../core/service-error.ts';
import type { Members, Shape } from './shape.ts';

/** Deeper than any attribute value may be, and far from overflowing the stack. */
const MAX_DEPTH = 200;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const refuse = (message: string) => new ServiceError('SerializationException', message);

const VALUE_MEMBERS: Record<string, Shape | 'blob' | 'blobs'> = {
  S: { type: 'string' },
  N: { type: 'string' },
  B: 'blob',
  BOOL: { type: 'boolean' },
  NULL: { type: 'boolean' },
  SS: { type: 'list', of: { type: 'string' } },
  NS: { type: 'list', of: { type: 'string' } },
  BS: 'blobs',
  L: { type: 'list', of: { type: 'value' } },
  M: { type: 'map', of: { type: 'value' } },
};

/** AWS's name for the JSON token that stands where something else should. */
function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

function refuseScalar(value: unknown, wanted: string): ServiceError {
  if (Array.isArray(value)) return refuse(`Unrecognized collection type class java.lang.${wanted}`);
  if (typeof value === 'object') return refuse('Start of structure or map found where not expected');
  return refuse(`${tokenOf(value)} cannot be converted to ${wanted}`);
}

function readBlob(value: unknown): string {
  if (typeof value !== 'string') throw refuse('only base-64-encoded strings are convertible to bytes');
  if (value.length % 4 !== 0)
    throw refuse(`Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`);
  if (!BASE64.test(value)) throw refuse('Invalid Base64 character or padding in a binary value');
  // The unused bits of the last character could be anything: one text per value makes equality plain.
  return Buffer.from(value, 'base64').toString('base64');
}

function readList<T>(value: unknown, read: (element: unknown) => T): T[] {
  if (Array.isArray(value)) return value.map(read);
  if (typeof value === 'object') throw refuse('Start of structure or map found where not expected');
  throw refuse('Unexpected field type');
}

function readObject(value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) throw refuse('Unrecognized collection type class java.util.Map');
  if (typeof value !== 'object' || value === null) throw refuse('Unexpected field type');
  return value as Record<string, unknown>; // narrowed on the lines above
}

function readMembers(value: unknown, members: Members | typeof VALUE_MEMBERS, depth: number): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(readObject(value))) {
    // Members that AWS does not know and nulls count as absent.
    const shape = Object.hasOwn(members, name) ? members[name] : undefined;
    if (shape === undefined || member === null) continue;
    if (shape === 'blob') read[name] = readBlob(member);
    else if (shape === 'blobs') read[name] = readList(member, readBlob);
    else read[name] = readTyped(member, shape, depth + 1);
  }
  return read;
}

function readMap(value: unknown, of: Shape, depth: number): Record<string, unknown> {
  // No prototype: the names are the caller's, `__proto__` among them.
  const read = Object.create(null) as Record<string, unknown>; // an empty object has the shape
  for (const [name, member] of Object.entries(readObject(value))) {
    if (member !== null) read[name] = readTyped(member, of, depth + 1);
  }
  return read;
}

/**
 * A copy of `value` with only what `shape` knows. @throws ServiceError `SerializationException` for a wrong JSON type. Source of
 * the messages: answers of AWS recorded by the dynalite project.
 */
export function readTyped(value: unknown, shape: Shape, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw refuse('The input is nested too deeply');
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw refuseScalar(value, 'String');
      return value;
    case 'Integer':
    case 'Long':
      if (typeof value !== 'number') throw refuseScalar(value, shape.type);
      return Math.trunc(value);
    case 'boolean':
      if (typeof value === 'string') throw refuse('Unexpected token received from parser');
      if (typeof value !== 'boolean') throw refuseScalar(value, 'Boolean');
      return value;
    case 'list':
      return readList(value, (element) => (element === null ? null : readTyped(element, shape.of, depth + 1)));
    case 'map':
      return readMap(value, shape.of, depth);
    case 'structure':
      return readMembers(value, shape.members, depth);
    case 'value':
      return readMembers(value, VALUE_MEMBERS, depth);
    case 'anything':
      return value;
  }
}
