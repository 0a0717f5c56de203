import { validationError } from '../errors.ts';
import { checkConstraints } from './check-constraints.ts';
import { readTyped } from './read-typed.ts';
import type { CheckedMembers, Members } from './shape.ts';

/** AWS reports this many broken constraints at most. */
const MAX_REPORTED = 10;

/**
 * The input, with unknown members and nulls dropped and everything else as the shape says.
 *
 * @throws ServiceError `SerializationException` for the first wrong JSON type; `ValidationException` naming up to ten broken
 *   constraints.
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
