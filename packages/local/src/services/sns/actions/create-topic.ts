import { readString, readStringMap } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { addTags, readTags } from '../tags.ts';
import { checkTopicAttribute, shownTopicAttributes } from '../topic-attributes.ts';
import { topicStore } from '../topic-store.ts';

/** Creating a topic that is there succeeds as long as no given attribute or tag differs. */
export const createTopic: Action = (input, context) => {
  const name = readString(input, 'Name') ?? '';
  const attributes = new Map(Object.entries(readStringMap(input, 'Attributes') ?? {}));
  const fifo = attributes.get('FifoTopic') === 'true';
  const plain = fifo && name.endsWith('.fifo') ? name.slice(0, -'.fifo'.length) : name;
  if (!/^[A-Za-z0-9_-]+$/.test(plain) || name.length > 256 || fifo !== name.endsWith('.fifo')) {
    throw invalidParameter('Topic Name');
  }
  const arn = `arn:aws:sns:${context.region}:${context.account}:${name}`;
  context.touches(arn);
  for (const [attribute, value] of attributes) checkTopicAttribute(attribute, value);
  const given = readTags(input);
  const { topics } = context.stores.get(topicStore);
  const existing = topics.get(arn);
  if (existing !== undefined) {
    const shown = shownTopicAttributes(existing, context.clock.now());
    if ([...attributes].some(([attribute, value]) => (shown[attribute] ?? '') !== value)) {
      throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    }
    if ([...given].some(([key, value]) => existing.tags.get(key) !== value)) {
      throw invalidParameter('Tags Reason: Topic already exists with different tags');
    }
    return { TopicArn: arn };
  }
  const tags = new Map<string, string>();
  addTags(tags, given);
  topics.set(arn, {
    arn,
    name,
    fifo,
    owner: context.account,
    attributes,
    tags,
    subscriptions: new Map(),
    ended: new Map(),
    deduplication: new Map(),
    sequence: 0,
    subscriptionsDeleted: 0,
  });
  return { TopicArn: arn };
};
