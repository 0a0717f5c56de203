import { readString, readStrings, readStructures } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { invalidParameter, snsError } from './errors.ts';
import type { Topic } from './topic.ts';
import { topicOf } from './topic.ts';

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

/**
 * The topic of the input's ResourceArn.
 *
 * @throws ServiceError `ResourceNotFound`, `InvalidParameter`
 */
function taggedTopic(input: Readonly<Record<string, unknown>>, context: CallContext): Topic {
  try {
    return topicOf(input, context, undefined, 'ResourceArn');
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NotFoundException') {
      throw snsError('ResourceNotFoundException', 'Resource does not exist');
    }
    throw error;
  }
}

export const listTagsForResource: Action = (input, context) => ({
  Tags: [...taggedTopic(input, context).tags].map(([Key, Value]) => ({ Key, Value })),
});

export const tagResource: Action = (input, context) => {
  addTags(taggedTopic(input, context).tags, readTags(input));
  return {};
};

export const untagResource: Action = (input, context) => {
  const { tags } = taggedTopic(input, context);
  for (const key of readStrings(input, 'TagKeys') ?? []) tags.delete(key);
  return {};
};
