import { ServiceError } from './service-error.ts';

type Input = Readonly<Record<string, unknown>>;

// AWS refuses a member of the wrong JSON type before the service sees it.
const wrongType = (name: string, type: string) =>
  new ServiceError('SerializationException', `The member ${name} must be ${type}`);

/** A string member, undefined when it is absent or null. @throws ServiceError `SerializationException` */
export function readString(input: Input, name: string): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(name, 'a string');
}

/** An integer member, undefined when it is absent or null. @throws ServiceError `SerializationException` */
export function readInteger(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) return value;
  throw wrongType(name, 'an integer');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list member of strings, undefined when it is absent or null. @throws ServiceError `SerializationException` */
export function readStrings(input: Input, name: string): string[] | undefined {
  const value = input[name] ?? undefined;
  // A form says an empty list as an empty value.
  if (value === '') return [];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw wrongType(name, 'a list of strings');
}

/** A list member of structures, undefined when it is absent or null. @throws ServiceError `SerializationException` */
export function readStructures(input: Input, name: string): Array<Record<string, unknown>> | undefined {
  const value = input[name] ?? undefined;
  if (value === '') return [];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw wrongType(name, 'a list of structures');
}

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
