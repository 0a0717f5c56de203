import { readString, readStructures } from '../../core/input.ts';
import { invalidParameter, snsError } from './errors.ts';

const MAX_TAGS = 50;

/** The input's tags. @throws ServiceError `InvalidParameter` */
export function readTags(input: Readonly<Record<string, unknown>>): Map<string, string> {
  const given = readStructures(input, 'Tags') ?? [];
  const tags = new Map(given.map((tag) => [readString(tag, 'Key') ?? '', readString(tag, 'Value') ?? '']));
  if (tags.size < given.length) throw invalidParameter('Duplicated keys are not allowed.');
  if (tags.has('')) throw invalidParameter('Tag keys must be between 1 and 128 characters in length');
  return tags;
}

/** @throws ServiceError `TagLimitExceeded` above 50, with `tags` unchanged */
export function addTags(tags: Map<string, string>, added: ReadonlyMap<string, string>): void {
  if (new Set([...tags.keys(), ...added.keys()]).size > MAX_TAGS) {
    throw snsError('TagLimitExceededException', 'Could not complete request: tag quota of per resource exceeded');
  }
  for (const [key, value] of added) tags.set(key, value);
}
