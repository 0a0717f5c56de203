import { ServiceError } from '../core/service-error.ts';

type Input = Record<string, unknown>;

const wireName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** The refusal that AWS's request validation gives for one member. Never shows the value: it may be a secret. */
export function constraint(name: string, rule: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${wireName(name)}' failed to satisfy constraint: Member must ${rule}`,
  );
}

const wrongType = (name: string, type: string) =>
  new ServiceError('SerializationException', `Value at '${wireName(name)}' must be ${type}`);

/** Bounds are inclusive: characters of a string, items of a list, the value of a number. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function checkLength(name: string, length: number, { min = 0, max = Number.POSITIVE_INFINITY }: Bounds): void {
  if (length < min) throw constraint(name, `have length greater than or equal to ${min}`);
  if (length > max) throw constraint(name, `have length less than or equal to ${max}`);
}

export function optionalString(input: Input, name: string, bounds: Bounds = {}): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(name, 'a string');
  checkLength(name, value.length, bounds);
  return value;
}

export function requiredString(input: Input, name: string, bounds: Bounds = { min: 1 }): string {
  const value = optionalString(input, name, bounds);
  if (value === undefined) throw constraint(name, 'not be null');
  return value;
}

export function oneOf<const T extends string>(input: Input, name: string, allowed: readonly T[]): T | undefined {
  const value = optionalString(input, name);
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw constraint(name, `satisfy enum value set: [${allowed.join(', ')}]`);
  return found;
}

export function optionalBoolean(input: Input, name: string): boolean | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongType(name, 'a boolean');
  return value;
}

export function optionalInteger(input: Input, name: string, bounds: Bounds = {}): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, 'an integer');
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  if (value < min) throw constraint(name, `have value greater than or equal to ${min}`);
  if (value > max) throw constraint(name, `have value less than or equal to ${max}`);
  return value;
}

export function optionalStrings(input: Input, name: string, bounds: Bounds = {}): string[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw wrongType(name, 'a list of strings');
  }
  checkLength(name, value.length, bounds);
  return value;
}

export function requiredStrings(input: Input, name: string, bounds: Bounds = { min: 1 }): string[] {
  const value = optionalStrings(input, name, bounds);
  if (value === undefined) throw constraint(name, 'not be null');
  return value;
}

/** A list of structures, e.g. tags and filters. */
export function optionalStructures(input: Input, name: string): Input[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'object' && item !== null)) {
    throw wrongType(name, 'a list of structures');
  }
  return value as Input[]; // checked on the lines above
}
