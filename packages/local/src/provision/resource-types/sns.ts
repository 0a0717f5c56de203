import type { AwsClient } from '../../client/aws-client.ts';
import { xmlAt, xmlMap } from '../../client/xml.ts';
import { defaultPolicy } from '../../services/sns/topics.ts';
import type { Properties } from '../properties.ts';
import { attributesOf, fieldsList, optionalFlag, optionalText, requiredText, tagsOf, textList } from '../properties.ts';
import type { MakeResource, RemoveResource, ResourcePast } from '../resource-type.ts';
import {
  backToDefaults,
  differing,
  isUnsupported,
  refuseExisting,
  sameJson,
  updateTags,
  whenMissing,
} from '../resource-type.ts';

const MISSING = ['NotFound', 'NotFoundException'];

/** A map as the Query protocol writes it: `Attributes.entry.1.key`, `Attributes.entry.1.value`. */
function entries(name: string, map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value], index) => [
      [`${name}.entry.${index + 1}.key`, key],
      [`${name}.entry.${index + 1}.value`, value],
    ]),
  );
}

/** Tags as the Query protocol writes them. */
function tagMembers(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value], index) => [
      [`Tags.member.${index + 1}.Key`, key],
      [`Tags.member.${index + 1}.Value`, value],
    ]),
  );
}

const keyMembers = (keys: readonly string[]) =>
  Object.fromEntries(keys.map((key, index) => [`TagKeys.member.${index + 1}`, key]));

/** Of the attributes that a subscription may lose again (API reference of Subscribe). */
const SUBSCRIPTION_DEFAULTS: Readonly<Record<string, string>> = {
  DeliveryPolicy: '',
  FilterPolicy: '{}',
  FilterPolicyScope: 'MessageAttributes',
  RawMessageDelivery: 'false',
  RedrivePolicy: '',
};

const SUBSCRIPTION_ATTRIBUTES = [
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
async function subscribe(client: AwsClient, topicArn: string, properties: Properties, past?: ResourcePast) {
  const protocol = requiredText(properties, 'Protocol');
  const endpoint = requiredText(properties, 'Endpoint');
  const wanted = {
    ...backToDefaults(past, properties, SUBSCRIPTION_DEFAULTS),
    ...attributesOf(properties, SUBSCRIPTION_ATTRIBUTES),
  };
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
  // A subscription that its endpoint has not confirmed has no ARN yet, so there is nothing to
  // change.
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

/** Of the attributes that a topic may lose again. */
const DEFAULTS: Readonly<Record<string, string>> = {
  ContentBasedDeduplication: 'false',
  DisplayName: '',
  FifoThroughputScope: 'Topic',
  MaximumMessageSize: '262144',
  SignatureVersion: '1',
  TracingConfig: 'PassThrough',
};

/** The inline subscriptions of the last deployment that are gone. */
async function unsubscribeGone(client: AwsClient, topicArn: string, properties: Properties, past?: ResourcePast) {
  const identity = (subscription: Properties) =>
    `${requiredText(subscription, 'Protocol')} ${requiredText(subscription, 'Endpoint')}`;
  const wanted = fieldsList(properties, 'Subscription').map(identity);
  for (const subscription of fieldsList(past?.properties ?? {}, 'Subscription')) {
    if (wanted.includes(identity(subscription))) continue;
    const arn = await findSubscription(
      client,
      topicArn,
      requiredText(subscription, 'Protocol'),
      requiredText(subscription, 'Endpoint'),
    );
    if (arn?.startsWith('arn:')) await client.query('sns', 'Unsubscribe', { SubscriptionArn: arn });
  }
}

const ATTRIBUTES = [
  'ArchivePolicy',
  'ContentBasedDeduplication',
  'DisplayName',
  'FifoThroughputScope',
  'MaximumMessageSize',
  'SignatureVersion',
  'TracingConfig',
];

/**
 * `AWS::SNS::Topic` and its inline subscriptions. Encryption is left out: keys are not made here.
 */
export const makeTopic: MakeResource = async (request) => {
  const { properties, client, defaultName, arn, past } = request;
  const isFifo = optionalFlag(properties, 'FifoTopic') ?? false;
  const name = optionalText(properties, 'TopicName') ?? `${defaultName}${isFifo ? '.fifo' : ''}`;
  const wanted = { ...backToDefaults(past, properties, DEFAULTS), ...attributesOf(properties, ATTRIBUTES) };
  let topicArn = arn('sns', name);
  const existing = await whenMissing(client.query('sns', 'GetTopicAttributes', { TopicArn: topicArn }), ...MISSING);
  refuseExisting(past, existing, topicArn);
  const outcomes: string[] = [];
  if (existing === undefined) {
    const created = await client.query('sns', 'CreateTopic', {
      Name: name,
      ...entries('Attributes', isFifo ? { ...wanted, FifoTopic: 'true' } : wanted),
      ...tagMembers(tagsOf(properties)),
    });
    topicArn = xmlAt(created, 'TopicArn')?.text ?? topicArn;
    past?.created(topicArn);
  } else {
    const change = Object.entries(differing(wanted, xmlMap(existing, 'Attributes')));
    for (const [AttributeName, AttributeValue] of change) {
      await client.query('sns', 'SetTopicAttributes', { TopicArn: topicArn, AttributeName, AttributeValue });
      outcomes.push('updated');
    }
  }
  const ResourceArn = topicArn;
  const hasTags = await updateTags(
    request,
    (tags) => client.query('sns', 'TagResource', { ResourceArn, ...tagMembers(tags) }),
    (keys) => client.query('sns', 'UntagResource', { ResourceArn, ...keyMembers(keys) }),
  );
  if (hasTags) outcomes.push('updated');
  await unsubscribeGone(client, topicArn, properties, past);
  const notes: string[] = [];
  for (const subscription of fieldsList(properties, 'Subscription')) {
    try {
      outcomes.push((await subscribe(client, topicArn, subscription)).outcome);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      notes.push(`a subscription is left out: ${error.message}`);
    }
  }
  const hasChanged = outcomes.some((outcome) => outcome !== 'unchanged');
  return {
    physicalId: topicArn,
    attributes: { TopicArn: topicArn, TopicName: name },
    outcome: existing === undefined ? 'created' : hasChanged ? 'updated' : 'unchanged',
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
};

export const removeTopic: RemoveResource = async ({ physicalId, client }) => {
  await whenMissing(client.query('sns', 'DeleteTopic', { TopicArn: physicalId }), ...MISSING);
};

/** `AWS::SNS::Subscription`. */
export const makeSubscription: MakeResource = async ({ properties, client, past }) => {
  const { arn, outcome } = await subscribe(client, requiredText(properties, 'TopicArn'), properties, past);
  if (outcome === 'created') past?.created(arn);
  return { physicalId: arn, attributes: { Arn: arn }, outcome };
};

export const removeSubscription: RemoveResource = async ({ physicalId, client }) => {
  // One that its endpoint has not confirmed goes with its topic.
  if (!physicalId.startsWith('arn:')) return;
  await whenMissing(client.query('sns', 'Unsubscribe', { SubscriptionArn: physicalId }), ...MISSING);
};

/** `AWS::SNS::TopicPolicy`: the one policy of each of its topics. */
export const makeTopicPolicy: MakeResource = async ({ properties, client, defaultName, past }) => {
  const { PolicyDocument: policy = '' } = attributesOf(properties, ['PolicyDocument']);
  let outcome: 'updated' | 'unchanged' = 'unchanged';
  for (const topicArn of textList(properties, 'Topics')) {
    const current = await client.query('sns', 'GetTopicAttributes', { TopicArn: topicArn });
    if (sameJson(xmlMap(current, 'Attributes').Policy, policy)) continue;
    await client.query('sns', 'SetTopicAttributes', {
      TopicArn: topicArn,
      AttributeName: 'Policy',
      AttributeValue: policy,
    });
    outcome = 'updated';
  }
  past?.created(defaultName);
  const wanted = textList(properties, 'Topics');
  await resetPolicies(
    client,
    textList(past?.properties ?? {}, 'Topics').filter((topic) => !wanted.includes(topic)),
  );
  return { physicalId: defaultName, attributes: { Id: defaultName }, outcome };
};

/** Gives topics the policy that they have by themselves. */
async function resetPolicies(client: AwsClient, topics: readonly string[]): Promise<void> {
  for (const arn of topics) {
    const AttributeValue = defaultPolicy({ arn, owner: arn.split(':')[4] ?? '' });
    const input = { TopicArn: arn, AttributeName: 'Policy', AttributeValue };
    await whenMissing(client.query('sns', 'SetTopicAttributes', input), ...MISSING);
  }
}

export const removeTopicPolicy: RemoveResource = ({ properties, client }) =>
  resetPolicies(client, textList(properties, 'Topics'));
