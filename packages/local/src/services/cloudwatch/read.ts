import { readString, readStructures } from '../../core/input.ts';
import { invalidValue, missing } from './errors.ts';
import type { Dimension } from './store.ts';

type Input = Readonly<Record<string, unknown>>;

const MAX_DIMENSIONS = 30;

/** A string that must be there. @throws ServiceError in CloudWatch's words */
export function requireText(input: Input, name: string, max = 255): string {
  const value = readString(input, name);
  if (value === undefined) throw missing(name);
  if (value.length < 1 || value.length > max) {
    throw invalidValue(`The parameter ${name} must be between 1 and ${max} characters long.`);
  }
  return value;
}

/** @throws ServiceError `InvalidParameterValueException` */
export function readDimensions(input: Input): Dimension[] {
  const dimensions = readStructures(input, 'Dimensions') ?? [];
  if (dimensions.length > MAX_DIMENSIONS) {
    throw invalidValue(`The collection Dimensions must not have a size greater than ${MAX_DIMENSIONS}.`);
  }
  return dimensions.map((item) => ({ Name: requireText(item, 'Name'), Value: requireText(item, 'Value', 1024) }));
}

/** Milliseconds of a time that came as seconds (JSON, CBOR) or as ISO 8601. */
export function readTime(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(ms)) throw invalidValue(`The parameter ${name} must be a timestamp.`);
  return ms;
}

export function requireTime(input: Input, name: string): number {
  const ms = readTime(input, name);
  if (ms === undefined) throw missing(name);
  return ms;
}

export function readNumber(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw invalidValue(`The value ${typeof value === 'number' ? value : 'given'} for parameter ${name} is invalid.`);
  }
  return value;
}

/** Seconds: 1, 5, 10, 20, 30 or a multiple of 60. */
export function requirePeriod(input: Input): number {
  const period = readNumber(input, 'Period');
  if (period === undefined) throw missing('Period');
  if (![1, 5, 10, 20, 30].includes(period) && !(period >= 60 && period % 60 === 0)) {
    throw invalidValue('The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.');
  }
  return period;
}
