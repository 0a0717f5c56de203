import { validationError } from '../errors.ts';
import type { CheckedMembers, Members, Shape } from './shape.ts';
import { readTyped } from './shape.ts';

/** The names of AWS's messages begin in lower case. */
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** Longer values are left out: a message is not a place for a payload. */
const MAX_SHOWN = 256;

/** ` 'value'` as AWS shows it, like Java's toString; nothing for a long value. */
function show(value: unknown, shape: Shape): string {
  const text = toText(value, shape);
  return text.length > MAX_SHOWN ? '' : ` '${text}'`;
}

function toText(value: unknown, shape: Shape): string {
  if (Array.isArray(value)) {
    const of: Shape = shape.type === 'list' ? shape.of : { type: 'anything' };
    return `[${value.map((element) => toText(element, of)).join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  if (shape.type !== 'structure' || shape.name === undefined) return JSON.stringify(value);
  const { name, members } = shape;
  const parts = Object.entries(value).map(
    ([member, of]) => `${lowerFirst(member)}=${toText(of, members[member] ?? { type: 'anything' })}`,
  );
  return `${name}(${parts.join(', ')})`;
}

function sizeFaults(size: number, noun: string, { min, max }: { min?: number; max?: number }): string[] {
  const faults: string[] = [];
  if (max !== undefined && size > max) faults.push(`Member must have ${noun} less than or equal to ${max}`);
  if (min !== undefined && size < min) faults.push(`Member must have ${noun} greater than or equal to ${min}`);
  return faults;
}

function faultsOf(value: unknown, shape: Shape): string[] {
  if (shape.type === 'string' && typeof value === 'string') {
    if (shape.exempt?.test(value)) return [];
    const faults: string[] = [];
    if (shape.values?.includes(value) === false) {
      faults.push(`Member must satisfy enum value set: [${shape.values.join(', ')}]`);
    }
    if (shape.pattern?.test(value) === false) {
      const pattern = shape.pattern.source.replace(/^\^|\$$/g, '');
      faults.push(`Member must satisfy regular expression pattern: ${pattern}`);
    }
    return [...faults, ...sizeFaults(value.length, 'length', shape)];
  }
  if ((shape.type === 'Integer' || shape.type === 'Long') && typeof value === 'number') {
    return sizeFaults(value, 'value', shape);
  }
  if (shape.type === 'list' && Array.isArray(value)) return sizeFaults(value.length, 'length', shape);
  if (shape.type === 'map') return sizeFaults(Object.keys(value as object).length, 'length', shape); // typed before
  return [];
}

function checkMembers(value: Record<string, unknown>, members: Members, path: string, broken: string[]): void {
  for (const [name, member] of Object.entries(members)) {
    const at = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
    const present = Object.hasOwn(value, name) ? value[name] : undefined;
    if (present !== undefined) checkConstraints(present, member, at, broken);
    else if (member.required) {
      broken.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
    }
  }
}

/** Collects what breaks the shape's constraints, in AWS's words, of input whose types are right. */
function checkConstraints(value: unknown, shape: Shape, path: string, broken: string[]): void {
  if (value === null) {
    broken.push(`Value null at '${path}' failed to satisfy constraint: Member must not be null`);
    return;
  }
  for (const fault of faultsOf(value, shape)) {
    broken.push(`Value${show(value, shape)} at '${path}' failed to satisfy constraint: ${fault}`);
  }
  // The casts below: readTyped has made lists, maps and structures of these.
  if (shape.type === 'structure') checkMembers(value as Record<string, unknown>, shape.members, path, broken);
  else if (shape.type === 'list') {
    for (const [index, element] of (value as unknown[]).entries()) {
      checkConstraints(element, shape.of, `${path}.${index + 1}.member`, broken);
    }
  } else if (shape.type === 'map') {
    for (const [name, element] of Object.entries(value as object)) {
      checkConstraints(element, shape.of, `${path}.${name}.member`, broken);
    }
  }
}

/** AWS reports this many broken constraints at most. */
const MAX_REPORTED = 10;

/**
 * The input, with unknown members and nulls dropped and everything else as the shape says.
 *
 * @throws ServiceError `SerializationException` for the first wrong JSON type;
 *   `ValidationException` naming up to ten broken constraints.
 */
export function checkInput<M extends Members>(input: Record<string, unknown>, members: M): CheckedMembers<M> {
  const typed = readTyped(input, { type: 'structure', members });
  const broken: string[] = [];
  checkConstraints(typed, { type: 'structure', members }, '', broken);
  if (broken.length > 0) {
    const reported = broken.slice(0, MAX_REPORTED);
    const count = `${reported.length} validation error${reported.length > 1 ? 's' : ''} detected`;
    throw validationError(`${count}: ${reported.join('; ')}`);
  }
  return typed as CheckedMembers<M>; // what the two checks above establish
}
