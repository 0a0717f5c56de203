import type { AwsClient } from '../../client/aws-client.ts';
import { xmlAt, xmlMap } from '../../client/xml.ts';
import type { Properties } from '../properties.ts';
import { attributesOf, requiredText } from '../properties.ts';
import { differing } from '../same-json.ts';
import { entries } from './sns-attributes.ts';

const ATTRIBUTES = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'ReplayPolicy',
  'SubscriptionRoleArn',
];

async function findSubscription(client: AwsClient, topicArn: string, protocol: string, endpoint: string) {
  let token: string | undefined;
  do {
    const page = await client.query('sns', 'ListSubscriptionsByTopic', {
      TopicArn: topicArn,
      ...(token ? { NextToken: token } : {}),
    });
    for (const member of xmlAt(page, 'Subscriptions')?.children ?? []) {
      if (xmlAt(member, 'Protocol')?.text === protocol && xmlAt(member, 'Endpoint')?.text === endpoint) {
        return xmlAt(member, 'SubscriptionArn')?.text;
      }
    }
    token = xmlAt(page, 'NextToken')?.text;
  } while (token);
  return undefined;
}

/** Subscribes an endpoint to a topic, or makes the subscription that is there match. */
export async function subscribe(client: AwsClient, topicArn: string, properties: Properties) {
  const protocol = requiredText(properties, 'Protocol');
  const endpoint = requiredText(properties, 'Endpoint');
  const wanted = attributesOf(properties, ATTRIBUTES);
  const existing = await findSubscription(client, topicArn, protocol, endpoint);
  if (existing === undefined) {
    const made = await client.query('sns', 'Subscribe', {
      TopicArn: topicArn,
      Protocol: protocol,
      Endpoint: endpoint,
      ReturnSubscriptionArn: 'true',
      ...entries('Attributes', wanted),
    });
    return { arn: xmlAt(made, 'SubscriptionArn')?.text ?? '', outcome: 'created' as const };
  }
  // A subscription that its endpoint has not confirmed has no ARN yet, so there is nothing to change.
  if (!existing.startsWith('arn:')) return { arn: existing, outcome: 'unchanged' as const };
  const current = await client.query('sns', 'GetSubscriptionAttributes', { SubscriptionArn: existing });
  const change = Object.entries(differing(wanted, xmlMap(current, 'Attributes')));
  for (const [AttributeName, AttributeValue] of change) {
    await client.query('sns', 'SetSubscriptionAttributes', {
      SubscriptionArn: existing,
      AttributeName,
      AttributeValue,
    });
  }
  return { arn: existing, outcome: change.length > 0 ? ('updated' as const) : ('unchanged' as const) };
}
