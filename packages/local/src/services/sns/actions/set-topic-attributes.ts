import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { checkTopicAttribute } from '../topic-attributes.ts';
import { topicOf } from '../topic-of.ts';

export const setTopicAttributes: Action = (input, context) => {
  const topic = topicOf(input, context);
  const name = readString(input, 'AttributeName') ?? '';
  const value = readString(input, 'AttributeValue') ?? '';
  if (name === 'FifoTopic') throw invalidParameter('AttributeName');
  checkTopicAttribute(name, value);
  topic.attributes.set(name, value);
};
