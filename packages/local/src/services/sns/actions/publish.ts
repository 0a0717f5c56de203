import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter, notImplemented } from '../errors.ts';
import { publish as publishTo, readPublication } from '../publication.ts';
import { maximumMessageSize } from '../topic-attributes.ts';
import { topicOf } from '../topic-of.ts';

export const publish: Action = async (input, context) => {
  if (readString(input, 'PhoneNumber') !== undefined) throw notImplemented('Publish to a phone number');
  if (readString(input, 'TopicArn') === undefined && readString(input, 'TargetArn') === undefined) {
    throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  }
  const target = readString(input, 'TopicArn') === undefined && readString(input, 'TargetArn') !== undefined;
  const topic = topicOf(input, context, undefined, target ? 'TargetArn' : 'TopicArn');
  const publication = readPublication(input, topic);
  if (publication.size > maximumMessageSize(topic)) throw invalidParameter('Message too long');
  return publishTo(topic, publication, context);
};
