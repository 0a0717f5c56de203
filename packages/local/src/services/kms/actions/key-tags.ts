import { requireStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { managedKey } from '../find-key.ts';
import { checkNotDeleted } from '../key-state.ts';
import { listPage } from '../list-page.ts';
import { addKeyTags } from '../tags.ts';

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
