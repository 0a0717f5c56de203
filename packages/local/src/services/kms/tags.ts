import { readString, readStructures, requireString, requireStrings } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { listPage } from './input.ts';
import { checkNotDeleted, managedKey } from './key-store.ts';

/** KMS allows 50 tags on a key. */
const MAX_TAGS = 50;

/**
 * Adds the call's `Tags`, which KMS spells `TagKey` and `TagValue`.
 *
 * @throws ServiceError `TagException`, `LimitExceededException`
 */
export function addKeyTags(tags: Map<string, string>, input: Record<string, unknown>): void {
  const added = (readStructures(input, 'Tags') ?? []).map((tag): [string, string] => [
    requireString(tag, 'TagKey', { min: 1, max: 128 }),
    readString(tag, 'TagValue', { max: 256 }) ?? '',
  ]);
  const keys = added.map(([key]) => key);
  if (new Set(keys).size < keys.length) throw new ServiceError('TagException', 'Duplicate tag keys');
  if (keys.some((key) => /^aws:/i.test(key)))
    throw new ServiceError('TagException', 'Tags beginning with aws: are reserved');
  if (new Set([...tags.keys(), ...keys]).size > MAX_TAGS) throw new ServiceError('TagException', 'Too many tags');
  for (const [key, value] of added) tags.set(key, value);
}

export const tagResource: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  checkNotDeleted(key);
  addKeyTags(key.tags, input);
  return {};
};

export const untagResource: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  const names = requireStrings(input, 'TagKeys', {});
  checkNotDeleted(key);
  for (const name of names) key.tags.delete(name);
  return {};
};

export const listResourceTags: Action = (input, context) => {
  const { tags } = managedKey(input, context, 'read');
  const { items, tail } = listPage(input, tags, ([name]) => name, 50);
  return { Tags: items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...tail };
};
