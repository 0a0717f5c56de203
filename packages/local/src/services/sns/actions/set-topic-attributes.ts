import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { checkLargeTopic } from '../large-topic.ts';
import { liveSubscriptions } from '../topic.ts';
import { checkTopicAttribute, DEFAULT_MESSAGE_BYTES } from '../topic-attributes.ts';
import { topicOf } from '../topic-of.ts';

export const setTopicAttributes: Action = (input, context) => {
  const topic = topicOf(input, context);
  const name = readString(input, 'AttributeName') ?? '';
  const value = readString(input, 'AttributeValue') ?? '';
  if (name === 'FifoTopic') throw invalidParameter('AttributeName');
  checkTopicAttribute(name, value);
  if (name === 'MaximumMessageSize' && Number(value) > DEFAULT_MESSAGE_BYTES) {
    checkLargeTopic(liveSubscriptions(topic, context.clock.now()));
  }
  topic.attributes.set(name, value);
};
