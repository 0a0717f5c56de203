import { randomUUID } from 'node:crypto';
import { readString, readStringMap } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter, notImplemented } from '../errors.ts';
import { checkSubscriptionAttributes, setSubscriptionAttribute } from '../subscription-attributes.ts';
import type { Subscription } from '../topic.ts';
import { topicOf } from '../topic-of.ts';

const OTHER_PROTOCOLS = ['application', 'email', 'email-json', 'firehose', 'http', 'https', 'lambda', 'sms'];

/** Subscribing an endpoint again gives the same subscription as long as no given attribute differs. */
export const subscribe: Action = (input, context) => {
  const topic = topicOf(input, context);
  const protocol = readString(input, 'Protocol') ?? '';
  if (OTHER_PROTOCOLS.includes(protocol)) throw notImplemented(`Subscribe with protocol ${protocol}`);
  if (protocol !== 'sqs') throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  const endpoint = readString(input, 'Endpoint') ?? '';
  if (!/^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(endpoint)) throw invalidParameter('SQS endpoint ARN');
  if (endpoint.endsWith('.fifo') && !topic.fifo) {
    throw invalidParameter('Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
  }
  const attributes = new Map(Object.entries(readStringMap(input, 'Attributes') ?? {}));
  const scope = attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  checkSubscriptionAttributes(attributes, scope, 'Attributes Reason: ');
  const existing = [...topic.subscriptions.values()].find((other) => other.endpoint === endpoint);
  if (existing !== undefined) {
    if ([...attributes].some(([name, value]) => existing.attributes.get(name) !== value)) {
      throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
    }
    return { SubscriptionArn: existing.arn };
  }
  const subscription: Subscription = {
    arn: `${topic.arn}:${randomUUID()}`,
    topicArn: topic.arn,
    protocol,
    endpoint,
    owner: context.account,
    attributes: new Map(),
  };
  for (const [name, value] of attributes) setSubscriptionAttribute(subscription, name, value);
  topic.subscriptions.set(subscription.arn, subscription);
  return { SubscriptionArn: subscription.arn };
};
