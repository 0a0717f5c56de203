import { validationError } from '../errors.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';

/**
 * A value on the wire: one type tag, one payload. Numbers are decimal strings, binary is base64.
 */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Attributes };

/**
 * Attributes by name: an item, a key or a map. Made without a prototype ({@link emptyAttributes}),
 * since `constructor` and `__proto__` are attribute names like any other. Never changed once
 * stored.
 */
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

export const ATTRIBUTE_TYPES: readonly AttributeType[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'];

/** The type tag of a value that has been normalised, so has exactly one. */
export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType; // the union's members have no other key
  throw new TypeError('Cannot read an attribute value: it has no type');
}

/** Attributes under construction, with no prototype to be confused with attributes. */
export function emptyAttributes(): Record<string, AttributeValue> {
  return Object.create(null) as Record<string, AttributeValue>; // an object without any property has the shape
}

/** A copy that may be changed. */
export function copyAttributes(attributes: Attributes): Record<string, AttributeValue> {
  return Object.assign(emptyAttributes(), attributes);
}

/** A value as it came in: the right JSON types, but any number of type tags. */
export interface RawValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly RawValue[];
  readonly M?: RawAttributes;
}

export type RawAttributes = Readonly<Record<string, RawValue>>;

const MAX_DEPTH = 32;
const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);
const hasDuplicates = (members: readonly string[]) => new Set(members).size !== members.length;

function normaliseStrings(members: readonly string[]): AttributeValue {
  if (members.length === 0) throw invalid('An string set  may not be empty');
  if (hasDuplicates(members)) throw invalid(`Input collection [${members.join(', ')}] contains duplicates.`);
  return { SS: members };
}

function normaliseNumbers(members: readonly string[]): AttributeValue {
  if (members.length === 0) throw invalid('An number set  may not be empty');
  const numbers = members.map((member) => formatDecimal(parseDecimal(member)));
  if (hasDuplicates(numbers)) throw validationError('Input collection contains duplicates');
  return { NS: numbers };
}

function normaliseBinaries(members: readonly string[]): AttributeValue {
  if (members.length === 0) throw invalid('Binary sets should not be empty');
  // No space before "of": the message is AWS's.
  if (hasDuplicates(members)) {
    throw invalid(`Input collection [${members.join(', ')}]of type BS contains duplicates.`);
  }
  return { BS: members };
}

function normalise(type: AttributeType, raw: RawValue, depth: number): AttributeValue | undefined {
  if (depth > MAX_DEPTH) throw validationError('Nesting Levels have exceeded supported limits');
  const { S, N, B, BOOL, NULL, SS, NS, BS, L, M } = raw;
  if (type === 'S') return S === undefined ? undefined : { S };
  if (type === 'N') return N === undefined ? undefined : { N: formatDecimal(parseDecimal(N)) };
  if (type === 'B') return B === undefined ? undefined : { B };
  if (type === 'BOOL') return BOOL === undefined ? undefined : { BOOL };
  if (type === 'SS') return SS === undefined ? undefined : normaliseStrings(SS);
  if (type === 'NS') return NS === undefined ? undefined : normaliseNumbers(NS);
  if (type === 'BS') return BS === undefined ? undefined : normaliseBinaries(BS);
  if (type === 'L') return L === undefined ? undefined : { L: L.map((element) => normaliseValue(element, depth + 1)) };
  if (type === 'M') return M === undefined ? undefined : { M: normaliseAttributes(M, depth + 1) };
  if (NULL === undefined) return undefined;
  if (!NULL) throw invalid('Null attribute value types must have the value of true');
  return { NULL: true };
}

/**
 * The value as DynamoDB stores it: exactly one type, numbers in their one canonical text.
 *
 * @throws ServiceError for no type, several types, an empty or duplicate-bearing set, a bad number,
 *   too deep a nesting.
 */
export function normaliseValue(raw: RawValue, depth = 0): AttributeValue {
  let value: AttributeValue | undefined;
  let types = 0;
  for (const type of ATTRIBUTE_TYPES) {
    const candidate = normalise(type, raw, depth);
    if (candidate === undefined) continue;
    value = candidate;
    types += 1;
  }
  if (value === undefined) {
    throw validationError('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (types > 1) {
    throw validationError(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  return value;
}

/** {@link normaliseValue} for every attribute of an item, key or map. */
export function normaliseAttributes(raw: RawAttributes, depth = 0): Attributes {
  const attributes = emptyAttributes();
  for (const [name, value] of Object.entries(raw)) attributes[name] = normaliseValue(value, depth);
  return attributes;
}

const sameSet = (left: readonly string[], right: readonly string[]) => {
  if (left.length !== right.length) return false;
  const members = new Set(left);
  return right.every((member) => members.has(member));
};

function sameAttributes(left: Attributes, right: Attributes): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const [first, other] = [left[name], right[name]];
    return first !== undefined && other !== undefined && equalValues(first, other);
  });
}

/**
 * Whether two normalised values are equal: of the same type, sets in any order, lists and maps all
 * the way down.
 */
export function equalValues(left: AttributeValue, right: AttributeValue): boolean {
  if (typeOf(left) !== typeOf(right)) return false;
  if ('S' in left && 'S' in right) return left.S === right.S;
  if ('N' in left && 'N' in right) return left.N === right.N; // normalised: one text per number
  if ('B' in left && 'B' in right) return left.B === right.B;
  if ('BOOL' in left && 'BOOL' in right) return left.BOOL === right.BOOL;
  if ('SS' in left && 'SS' in right) return sameSet(left.SS, right.SS);
  if ('NS' in left && 'NS' in right) return sameSet(left.NS, right.NS);
  if ('BS' in left && 'BS' in right) return sameSet(left.BS, right.BS);
  if ('M' in left && 'M' in right) return sameAttributes(left.M, right.M);
  if ('L' in left && 'L' in right) {
    const others = right.L;
    return (
      left.L.length === others.length &&
      left.L.every((element, index) => {
        const other = others[index];
        return other !== undefined && equalValues(element, other);
      })
    );
  }
  return true; // NULL
}

const significantDigits = (number: string) =>
  number.replace('-', '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;

function sizeOfNumber(number: string): number {
  const digits = significantDigits(number);
  if (digits === 0) return 1;
  return Math.ceil(digits / 2) + 1 + (number.startsWith('-') ? 1 : 0);
}

const sizeOfBinary = (base64: string) => Buffer.byteLength(base64, 'base64');
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

function sizeOfValue(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return sizeOfNumber(value.N);
  if ('B' in value) return sizeOfBinary(value.B);
  if ('SS' in value) return sum(value.SS.map((member) => Buffer.byteLength(member)));
  if ('NS' in value) return sum(value.NS.map(sizeOfNumber));
  if ('BS' in value) return sum(value.BS.map(sizeOfBinary));
  // A list or map costs 3 bytes and each of its elements 1 more.
  if ('L' in value) return 3 + sum(value.L.map((element) => 1 + sizeOfValue(element)));
  if ('M' in value) return 3 + sizeOf(value.M) + Object.keys(value.M).length;
  return 1;
}

/**
 * The size of an item in bytes, attribute names included. Source: "DynamoDB item sizes and formats"
 * in the developer guide.
 */
export function sizeOf(attributes: Attributes): number {
  let size = 0;
  for (const [name, value] of Object.entries(attributes)) size += Buffer.byteLength(name) + sizeOfValue(value);
  return size;
}
