import { ServiceError } from './service-error.ts';

type Input = Readonly<Record<string, unknown>>;

/** Bounds are inclusive: characters of a string, items of a list, the value of a number. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const wireName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** The refusal that AWS's request validation gives for one member. Never shows the value: it may be a secret. */
export function constraint(name: string, rule: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${wireName(name)}' failed to satisfy constraint: Member must ${rule}`,
  );
}

// AWS refuses a member of the wrong JSON type before the service sees it.
const wrongType = (name: string, type: string) =>
  new ServiceError('SerializationException', `The member ${name} must be ${type}`);

function checkLength(name: string, length: number, { min = 0, max = Number.POSITIVE_INFINITY }: Bounds): void {
  if (length < min) throw constraint(name, `have length greater than or equal to ${min}`);
  if (length > max) throw constraint(name, `have length less than or equal to ${max}`);
}

/** A member that must be there. @throws ServiceError `ValidationException` */
function required<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw constraint(name, 'not be null');
  return value;
}

/** A string member, undefined when it is absent or null. @throws ServiceError `SerializationException`, `ValidationException` */
export function readString(input: Input, name: string, bounds: Bounds = {}): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrongType(name, 'a string');
  checkLength(name, value.length, bounds);
  return value;
}

/** A string member that must be there. @throws ServiceError `SerializationException`, `ValidationException` */
export const requireString = (input: Input, name: string, bounds: Bounds = { min: 1 }): string =>
  required(name, readString(input, name, bounds));

/** One of the strings of an enumeration. @throws ServiceError `SerializationException`, `ValidationException` */
export function readOneOf<const T extends string>(input: Input, name: string, allowed: readonly T[]): T | undefined {
  const value = readString(input, name);
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw constraint(name, `satisfy enum value set: [${allowed.join(', ')}]`);
  return found;
}

/** A boolean member, undefined when it is absent or null. @throws ServiceError `SerializationException` */
export function readBoolean(input: Input, name: string): boolean | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(name, 'a boolean');
}

/** An integer member, undefined when it is absent or null. @throws ServiceError `SerializationException`, `ValidationException` */
export function readInteger(input: Input, name: string, bounds: Bounds = {}): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, 'an integer');
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  if (value < min) throw constraint(name, `have value greater than or equal to ${min}`);
  if (value > max) throw constraint(name, `have value less than or equal to ${max}`);
  return value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readList<T>(
  input: Input,
  name: string,
  isItem: (item: unknown) => item is T,
  type: string,
  bounds: Bounds,
): T[] | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  // A form says an empty list as an empty value.
  const list = value === '' ? [] : value;
  if (!Array.isArray(list) || !list.every(isItem)) throw wrongType(name, type);
  checkLength(name, list.length, bounds);
  return list;
}

const isString = (value: unknown): value is string => typeof value === 'string';

/** A list member of strings, undefined when it is absent or null. @throws ServiceError `SerializationException`, `ValidationException` */
export const readStrings = (input: Input, name: string, bounds: Bounds = {}): string[] | undefined =>
  readList(input, name, isString, 'a list of strings', bounds);

/** A list of strings that must be there. @throws ServiceError `SerializationException`, `ValidationException` */
export const requireStrings = (input: Input, name: string, bounds: Bounds = { min: 1 }): string[] =>
  required(name, readStrings(input, name, bounds));

/** A list member of structures, e.g. tags and filters. @throws ServiceError `SerializationException`, `ValidationException` */
export const readStructures = (
  input: Input,
  name: string,
  bounds: Bounds = {},
): Array<Record<string, unknown>> | undefined => readList(input, name, isObject, 'a list of structures', bounds);

/** A member that is a structure or a map, undefined when it is absent or null. @throws ServiceError `SerializationException` */
export function readStructure(input: Input, name: string): Record<string, unknown> | undefined {
  const value = input[name] ?? undefined;
  if (value === '') return {};
  if (value === undefined || isObject(value)) return value;
  throw wrongType(name, 'a structure');
}

/** A member that maps strings to strings, undefined when it is absent or null. @throws ServiceError `SerializationException` */
export function readStringMap(input: Input, name: string): Record<string, string> | undefined {
  const value = readStructure(input, name);
  if (value === undefined) return undefined;
  const entries = Object.entries(value).map(([key, item]): [string, string] => {
    if (typeof item !== 'string') throw wrongType(`${name}.${key}`, 'a string');
    return [key, item];
  });
  return Object.fromEntries(entries);
}
