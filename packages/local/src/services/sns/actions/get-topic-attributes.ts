import type { Action } from '../../../core/service.ts';
import { shownTopicAttributes } from '../topic-attributes.ts';
import { topicOf } from '../topic-of.ts';

export const getTopicAttributes: Action = (input, context) => ({
  Attributes: shownTopicAttributes(topicOf(input, context), context.clock.now()),
});
