/** DynamoDB's type of a value that has been stored. */
type ValueType = 'text' | 'number' | 'bytes' | 'boolean' | 'null' | 'list' | 'set' | 'map';

/**
 * A copy of a value as DynamoDB gives it back: numbers as `number`, and as `bigint` beyond the safe
 * integers.
 */
export function stored(value: unknown): unknown {
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(stored);
  if (value instanceof Set) return new Set([...value].map(stored));
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  if (typeof value !== 'object' || value === null) return value;
  if ('toAttributeValue' in value) return exact(String((value as { value?: unknown }).value)); // NumberValue of lib-dynamodb
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, stored(field)]));
}

function exact(text: string): number | bigint {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

const isSafe = (value: bigint) => value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;

function typeOf(value: unknown): ValueType | undefined {
  if (value === undefined) return undefined;
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'list';
  return value instanceof Set ? 'set' : 'map';
}

/** Whether two values are equal. The order of a set's members does not count. */
export function isEqual(one: unknown, other: unknown): boolean {
  const type = typeOf(one);
  if (type === undefined || type !== typeOf(other)) return false;
  switch (type) {
    case 'bytes':
      return Buffer.compare(one as Uint8Array, other as Uint8Array) === 0;
    case 'list':
      return isEqualList(one as unknown[], other as unknown[]);
    case 'set':
      return isEqualSet(one as Set<unknown>, other as Set<unknown>);
    case 'map':
      return isEqualMap(one as Record<string, unknown>, other as Record<string, unknown>);
    default:
      return one === other;
  }
}

const isEqualList = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((element, at) => isEqual(element, other[at]));

const isEqualSet = (one: ReadonlySet<unknown>, other: ReadonlySet<unknown>) =>
  one.size === other.size && [...one].every((member) => hasMember(other, member));

function isEqualMap(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isEqual(one[name], other[name]));
}

/** Whether a set has a member, also one of bytes. */
function hasMember(set: ReadonlySet<unknown>, member: unknown): boolean {
  return set.has(member) || [...set].some((one) => isEqual(one, member));
}

/**
 * The order of two texts, numbers or bytes; `undefined` for other types and for two types. Texts
 * are compared by their bytes in UTF-8.
 */
export function order(one: unknown, other: unknown): number | undefined {
  const type = typeOf(one);
  if (type !== typeOf(other)) return undefined;
  if (type === 'text') return Buffer.compare(Buffer.from(one as string), Buffer.from(other as string));
  if (type === 'bytes') return Buffer.compare(one as Uint8Array, other as Uint8Array);
  if (type !== 'number') return undefined;
  const [a, b] = [one as number, other as number]; // or bigint, which compares with numbers
  return a < b ? -1 : Number(a > b);
}

/** `contains`: a part of a text, an element of a list, a member of a set. */
export function contains(value: unknown, part: unknown): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  if (value instanceof Set) return hasMember(value, part);
  return Array.isArray(value) && value.some((element) => isEqual(element, part));
}

/** `begins_with`, of texts and bytes. */
export function beginsWith(value: unknown, beginning: unknown): boolean {
  if (typeof value === 'string') return typeof beginning === 'string' && value.startsWith(beginning);
  if (!(value instanceof Uint8Array && beginning instanceof Uint8Array)) return false;
  return isEqual(value.subarray(0, beginning.length), beginning);
}

/** `size`: characters, bytes, elements, members or fields; `undefined` for other types. */
export function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value)) return value.length;
  if (value instanceof Set) return value.size;
  return typeOf(value) === 'map' ? Object.keys(value as object).length : undefined;
}

/** Decimal digits that a double keeps: DynamoDB adds decimals, so 0.1 + 0.2 is 0.3. */
const EXACT_DIGITS = 15;

/** The sum or difference of two numbers. */
export function sum(one: number | bigint, other: number | bigint, sign: 1 | -1): unknown {
  if (typeof one === 'number' && typeof other === 'number') {
    const result = one + sign * other;
    return Number.isInteger(result) ? result : Number(result.toPrecision(EXACT_DIGITS));
  }
  return stored(BigInt(one) + BigInt(sign) * BigInt(other));
}
