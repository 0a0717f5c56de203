import { ServiceError } from './service-error.ts';

type Input = Readonly<Record<string, unknown>>;

/** Bounds are inclusive: characters of a string, items of a list, the value of a number. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const wireName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** Longer values are left out, so that no message holds a payload. */
const MAX_SHOWN = 256;

/** Where a structure stands in its call's input. */
interface Place {
  /** As messages show it: `tags.1.member`. Empty for the input itself. */
  readonly shown: string;
  /** As the service model names it: `Tags`. Empty for the input itself. */
  readonly modelled: string;
  /** Model paths whose values no message shows. */
  readonly sensitive: readonly string[];
}

const ROOT: Place = { shown: '', modelled: '', sensitive: [] };

const places = new WeakMap<object, Place>();

const join = (parent: string, name: string) => (parent === '' ? name : `${parent}.${name}`);

/** Where the member `name` of `input` stands. */
function placeOf(input: Input, name: string): Place {
  const { shown, modelled, sensitive } = places.get(input) ?? ROOT;
  return { shown: join(shown, wireName(name)), modelled: join(modelled, name), sensitive };
}

/** Registers the members of a call's input that are sensitive ({@link SENSITIVE_MEMBERS}). */
export function markSensitive(input: Input, sensitive: readonly string[] | undefined): void {
  if (sensitive !== undefined) places.set(input, { ...ROOT, sensitive });
}

function show(value: unknown): string {
  if (value === null) return ' null';
  const text = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value);
  return isPlain && text.length <= MAX_SHOWN ? ` '${text}'` : '';
}

/**
 * The refusal of AWS's request validation for one member, with its value if one is given (null for
 * an absent member). Members that may be sensitive go through {@link constraintOn}.
 */
export function constraint(name: string, rule: string, value?: unknown, path = wireName(name)): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value${show(value)} at '${path}' failed to satisfy constraint: Member must ${rule}`,
  );
}

/** Like {@link constraint}, without the value if the service model marks the member sensitive. */
function constraintOn(input: Input, name: string, rule: string, value: unknown): ServiceError {
  const { shown, modelled, sensitive } = placeOf(input, name);
  return constraint(name, rule, value !== null && sensitive.includes(modelled) ? undefined : value, shown);
}

// AWS refuses a member of the wrong JSON type before the service sees it.
const wrongType = (name: string, type: string) =>
  new ServiceError('SerializationException', `The member ${name} must be ${type}`);

function checkLength(input: Input, name: string, value: string | readonly unknown[], bounds: Bounds): void {
  const { min = 0, max = Number.POSITIVE_INFINITY } = bounds;
  const refuse = (rule: string) => constraintOn(input, name, rule, value);
  if (value.length < min) throw refuse(`have length greater than or equal to ${min}`);
  if (value.length > max) throw refuse(`have length less than or equal to ${max}`);
}

/** A member that must be there. @throws ServiceError `ValidationException` */
function required<T>(input: Input, name: string, value: T | undefined): T {
  if (value === undefined) throw constraintOn(input, name, 'not be null', null);
  return value;
}

/**
 * A string member, undefined when it is absent or null.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
export function readString(input: Input, name: string, bounds: Bounds = {}): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrongType(name, 'a string');
  checkLength(input, name, value, bounds);
  return value;
}

/**
 * A string member that must be there.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
export const requireString = (input: Input, name: string, bounds: Bounds = { min: 1 }): string =>
  required(input, name, readString(input, name, bounds));

/**
 * One of the strings of an enumeration.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
export function readOneOf<const T extends string>(input: Input, name: string, allowed: readonly T[]): T | undefined {
  const value = readString(input, name);
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw constraintOn(input, name, `satisfy enum value set: [${allowed.join(', ')}]`, value);
  }
  return found;
}

/**
 * A boolean member, undefined when it is absent or null.
 *
 * @throws ServiceError `SerializationException`
 */
export function readBoolean(input: Input, name: string): boolean | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(name, 'a boolean');
}

/**
 * An integer member, undefined when it is absent or null.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
export function readInteger(input: Input, name: string, bounds: Bounds = {}): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, 'an integer');
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  const refuse = (rule: string) => constraintOn(input, name, rule, value);
  if (value < min) throw refuse(`have value greater than or equal to ${min}`);
  if (value > max) throw refuse(`have value less than or equal to ${max}`);
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
  checkLength(input, name, list, bounds);
  for (const [index, item] of list.entries()) {
    const place = placeOf(input, name);
    if (isObject(item)) places.set(item, { ...place, shown: `${place.shown}.${index + 1}.member` });
  }
  return list;
}

const isString = (value: unknown): value is string => typeof value === 'string';

/**
 * A list member of strings, undefined when it is absent or null.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
export const readStrings = (input: Input, name: string, bounds: Bounds = {}): string[] | undefined =>
  readList(input, name, isString, 'a list of strings', bounds);

/**
 * A list of strings that must be there.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
export const requireStrings = (input: Input, name: string, bounds: Bounds = { min: 1 }): string[] =>
  required(input, name, readStrings(input, name, bounds));

/**
 * A list member of structures, e.g. tags and filters.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
export const readStructures = (
  input: Input,
  name: string,
  bounds: Bounds = {},
): Array<Record<string, unknown>> | undefined => readList(input, name, isObject, 'a list of structures', bounds);

/**
 * A member that is a structure or a map, undefined when it is absent or null.
 *
 * @throws ServiceError `SerializationException`
 */
export function readStructure(input: Input, name: string): Record<string, unknown> | undefined {
  const value = input[name] ?? undefined;
  if (value === '') return {};
  if (isObject(value)) places.set(value, placeOf(input, name));
  if (value === undefined || isObject(value)) return value;
  throw wrongType(name, 'a structure');
}

/**
 * A member that maps strings to strings, undefined when it is absent or null.
 *
 * @throws ServiceError `SerializationException`
 */
export function readStringMap(input: Input, name: string): Record<string, string> | undefined {
  const value = readStructure(input, name);
  if (value === undefined) return undefined;
  const entries = Object.entries(value).map(([key, item]): [string, string] => {
    if (typeof item !== 'string') throw wrongType(`${name}.${key}`, 'a string');
    return [key, item];
  });
  return Object.fromEntries(entries);
}
