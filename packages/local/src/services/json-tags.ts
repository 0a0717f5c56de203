import { constraint, readString, readStructures, requireString } from '../core/input.ts';
import { ServiceError } from '../core/service-error.ts';

/** AWS allows 50 tags on a resource. */
const MAX_TAGS = 50;

/** The tags of a call, as `[{ Key, Value }]`; undefined when it has none. */
export function readTags(input: Record<string, unknown>, name = 'Tags'): Map<string, string> | undefined {
  const tags = readStructures(input, name);
  return tags && new Map(tags.map((tag) => [requireString(tag, 'Key', { min: 1, max: 128 }), readValue(tag)]));
}

/** The tags of a call that must have them. */
export function requireTags(input: Record<string, unknown>): Map<string, string> {
  const tags = readTags(input);
  if (tags === undefined) throw constraint('Tags', 'not be null');
  return tags;
}

const readValue = (tag: Record<string, unknown>) => readString(tag, 'Value', { max: 256 }) ?? '';

/**
 * Adds or replaces `added` in `tags`.
 *
 * @throws ServiceError `tooManyCode` above 50 tags, with `tags` unchanged.
 */
export function addTags(tags: Map<string, string>, added: ReadonlyMap<string, string>, tooManyCode: string): void {
  if (new Set([...tags.keys(), ...added.keys()]).size > MAX_TAGS) {
    throw new ServiceError(tooManyCode, `A resource can have at most ${MAX_TAGS} tags`);
  }
  for (const [key, value] of added) tags.set(key, value);
}

export const writeTags = (tags: ReadonlyMap<string, string>) => [...tags].map(([Key, Value]) => ({ Key, Value }));
