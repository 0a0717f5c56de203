import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { invalidParameter } from '../errors.ts';
import { topicStore } from '../topic-store.ts';

const PAGE = 100;

export const listTopics: Action = (input, context) => {
  const { topics } = context.stores.get(topicStore);
  const token = readString(input, 'NextToken');
  const { items, next } = pageByKey(
    topics.keys(),
    (arn) => arn,
    PAGE,
    token,
    () => invalidParameter('NextToken'),
  );
  return { Topics: items.map((TopicArn) => ({ TopicArn })), NextToken: next };
};
