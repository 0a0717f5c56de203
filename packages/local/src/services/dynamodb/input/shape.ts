import { ServiceError } from '../../../core/service-error.ts';
import type { RawValue } from '../values/value.ts';

interface Size {
  readonly min?: number;
  readonly max?: number;
}

interface StringShape extends Size {
  readonly type: 'string';
  readonly pattern?: RegExp;
  /** Strings that the constraints do not bind. */
  readonly exempt?: RegExp;
  /** The only strings allowed. */
  readonly values?: readonly string[];
}

interface NumberShape extends Size {
  /** Also the Java type that AWS's messages name. */
  readonly type: 'Integer' | 'Long';
}

interface ListShape extends Size {
  readonly type: 'list';
  readonly of: Shape;
}

interface MapShape extends Size {
  readonly type: 'map';
  readonly of: Shape;
}

interface StructureShape {
  readonly type: 'structure';
  /** The name in AWS's messages: `KeySchemaElement(attributeName=pk, keyType=HASH)`. */
  readonly name?: string;
  readonly members: Members;
}

/** The form of a part of the input: data, so that one checker serves every operation. */
export type Shape =
  | StringShape
  | NumberShape
  | { readonly type: 'boolean' }
  /** An attribute value, with any number of type tags: {@link RawValue}. */
  | { readonly type: 'value' }
  /** Accepted as it is, for the action to look at. */
  | { readonly type: 'anything' }
  | ListShape
  | MapShape
  | StructureShape;

type Member = Shape & { readonly required?: true };
export type Members = Readonly<Record<string, Member>>;

/**
 * The TypeScript type of what passes a shape, so that an action cannot read what was not checked.
 */
export type Checked<S> = S extends { type: 'structure'; members: infer M extends Members }
  ? CheckedMembers<M>
  : S extends { type: 'list'; of: infer O }
    ? ReadonlyArray<Checked<O>>
    : S extends { type: 'map'; of: infer O }
      ? Readonly<Record<string, Checked<O>>>
      : S extends { type: 'value' }
        ? RawValue
        : S extends { type: 'string'; values: ReadonlyArray<infer V> }
          ? V
          : S extends { type: 'string' }
            ? string
            : S extends { type: 'Integer' | 'Long' }
              ? number
              : S extends { type: 'boolean' }
                ? boolean
                : unknown;

export type CheckedMembers<M extends Members> = {
  readonly [K in keyof M as M[K] extends { required: true } ? K : never]: Checked<M[K]>;
} & {
  readonly [K in keyof M as M[K] extends { required: true } ? never : K]?: Checked<M[K]> | undefined;
};

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
  // The unused bits of the last character could be anything: one text per value makes equality
  // plain.
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
 * A copy of `value` with only what `shape` knows. @throws ServiceError `SerializationException` for
 * a wrong JSON type. Source of the messages: answers of AWS recorded by the dynalite project.
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

export const NAME = { type: 'string', min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ } as const;

/** Where a table's name is wanted, its ARN will do. */
export const TABLE_NAME = { ...NAME, exempt: /^arn:/ } as const;

export const ATTRIBUTES = { type: 'map', of: { type: 'value' } } as const;

export const CONSUMED_CAPACITY = { type: 'string', values: ['INDEXES', 'TOTAL', 'NONE'] } as const;

export const COLLECTION_METRICS = { type: 'string', values: ['SIZE', 'NONE'] } as const;

export const ON_CHECK_FAILURE = { type: 'string', values: ['ALL_OLD', 'NONE'] } as const;

export const RETURN_VALUES = {
  type: 'string',
  values: ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'],
} as const;

export const PLACEHOLDERS = {
  ExpressionAttributeNames: { type: 'map', of: { type: 'string' } },
  ExpressionAttributeValues: ATTRIBUTES,
} as const satisfies Members;
