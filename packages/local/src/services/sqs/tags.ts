import { readStringMap, readStrings } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { invalidValue, missingParameter } from './errors.ts';
import { queueOf } from './queue-store.ts';

// "Up to 50 tags; keys of 1 to 128, values of up to 256 characters" (SQS quotas, tag restrictions).
const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;

/**
 * Adds all of `given` or, when one is refused, none.
 *
 * @throws ServiceError `InvalidParameterValue`
 */
export function addTags(tags: Map<string, string>, given: Readonly<Record<string, string>>, queueName: string): void {
  const entries = Object.entries(given);
  if (entries.some(([key]) => key.length < 1 || key.length > MAX_KEY)) {
    throw invalidValue(`Tag keys must be between 1 and ${MAX_KEY} characters in length.`);
  }
  if (entries.some(([key]) => /^aws:/i.test(key))) throw invalidValue('Tag keys cannot start with aws:');
  if (entries.some(([, value]) => value.length > MAX_VALUE)) {
    throw invalidValue(`Tag values must be between 0 and ${MAX_VALUE} characters in length.`);
  }
  if (new Set([...tags.keys(), ...entries.map(([key]) => key)]).size > MAX_TAGS) {
    throw invalidValue(`Too many tags added for queue ${queueName}.`);
  }
  for (const [key, value] of entries) tags.set(key, value);
}

export const listQueueTags: Action = (input, context) => {
  const { tags } = queueOf(input, context);
  return tags.size > 0 ? { Tags: Object.fromEntries(tags) } : {};
};

export const tagQueue: Action = (input, context) => {
  const { name, tags } = queueOf(input, context);
  const given = readStringMap(input, 'Tags') ?? {};
  if (Object.keys(given).length === 0) throw missingParameter('Tags');
  addTags(tags, given, name);
};

export const untagQueue: Action = (input, context) => {
  const { tags } = queueOf(input, context);
  const keys = readStrings(input, 'TagKeys') ?? [];
  if (keys.length === 0) throw invalidValue('Tag keys must be between 1 and 128 characters in length.');
  for (const key of keys) tags.delete(key);
};
