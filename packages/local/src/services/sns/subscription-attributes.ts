import { effectiveDeliveryPolicy, parseDeliveryPolicy } from './delivery-policy.ts';
import { invalidParameter, snsError } from './errors.ts';
import { parseFilterPolicy } from './filter-policy.ts';
import type { Subscription, Topic } from './topic.ts';

/** Where dead letters of a subscription go. @throws Error with what is wrong */
export function parseRedriveTarget(text: string): string {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new Error('failed to parse JSON.');
  }
  const target =
    typeof policy === 'object' && policy !== null && 'deadLetterTargetArn' in policy
      ? policy.deadLetterTargetArn
      : undefined;
  if (typeof target !== 'string' || !/^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(target)) {
    throw new Error('deadLetterTargetArn is an invalid arn');
  }
  return target;
}

const KNOWN = ['DeliveryPolicy', 'FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy'];

/**
 * Checks attributes that a caller sets. `prefix` stands before a reason: Subscribe says where it
 * found it.
 *
 * @throws ServiceError `InvalidParameter`
 */
export function checkSubscriptionAttributes(attributes: ReadonlyMap<string, string>, scope: string, prefix = ''): void {
  for (const [name, value] of attributes) {
    if (!KNOWN.includes(name))
      throw invalidParameter(prefix === '' ? 'AttributeName' : `Attributes Reason: Unknown attribute: ${name}`);
    if (name === 'RawMessageDelivery' && !/^(true|false)$/i.test(value)) {
      throw invalidParameter(`${prefix}RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
    }
    if (name === 'FilterPolicyScope' && value !== 'MessageAttributes' && value !== 'MessageBody') {
      throw invalidParameter(
        `${prefix}FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
      );
    }
    try {
      if (name === 'FilterPolicy' && value !== '' && value !== '{}') parseFilterPolicy(value, scope);
      if (name === 'DeliveryPolicy' && value !== '') parseDeliveryPolicy(value, 'subscription');
      if (name === 'RedrivePolicy' && value !== '' && value !== '{}') parseRedriveTarget(value);
    } catch (error) {
      throw invalidParameter(`${prefix}${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/**
 * The dead-letter queue of a FIFO subscription of a FIFO topic.
 *
 * @throws ServiceError `InvalidParameter`, recorded on AWS
 */
export function checkFifoRedrive(
  attributes: ReadonlyMap<string, string>,
  { topic, endpoint }: { readonly topic: Topic; readonly endpoint: string },
  prefix = '',
): void {
  const text = attributes.get('RedrivePolicy') ?? '';
  if (!topic.fifo || !endpoint.endsWith('.fifo') || text === '' || text === '{}') return;
  if (parseRedriveTarget(text).endsWith('.fifo')) return;
  throw invalidParameter(
    `${prefix}RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.`,
  );
}

/** Sets one attribute; an empty policy removes it. */
export function setSubscriptionAttribute(subscription: Subscription, name: string, value: string): void {
  const removes = value === '' || ((name === 'FilterPolicy' || name === 'RedrivePolicy') && value === '{}');
  if (removes) subscription.attributes.delete(name);
  else subscription.attributes.set(name, name === 'RawMessageDelivery' ? value.toLowerCase() : value);
}

/** Only queues and URLs get messages raw. @throws ServiceError `InvalidParameter` */
export function checkRaw(attributes: ReadonlyMap<string, string>, protocol: string): void {
  if (protocol === 'lambda' && attributes.get('RawMessageDelivery')?.toLowerCase() === 'true') {
    throw invalidParameter('Attributes Reason: Delivery protocol [lambda] does not support raw message delivery.');
  }
}

// "By default, you can have up to 200 filter policies per topic" (developer guide, filter policy
// constraints).
const MAX_FILTER_POLICIES = 200;

/**
 * Whether a topic may have one more filter policy.
 *
 * @throws ServiceError `FilterPolicyLimitExceeded`
 */
export function checkFilterPolicies(topic: Topic): void {
  const policies = [...topic.subscriptions.values()].filter(({ attributes }) => attributes.has('FilterPolicy'));
  if (policies.length >= MAX_FILTER_POLICIES) {
    throw snsError(
      'FilterPolicyLimitExceededException',
      'The number of filter policies of this topic exceeds the limit',
    );
  }
}

function shownDeliveryPolicy(topic: Topic, subscription: Subscription): string {
  const { retry, contentType } = effectiveDeliveryPolicy(topic, subscription);
  return JSON.stringify({ healthyRetryPolicy: retry, requestPolicy: { headerContentType: contentType } });
}

/** The answer of GetSubscriptionAttributes. */
export function shownSubscriptionAttributes(subscription: Subscription, topic: Topic): Record<string, string> {
  const { attributes } = subscription;
  const isHttp = /^https?$/.test(subscription.protocol);
  return {
    ConfirmationWasAuthenticated: String(subscription.confirmedBySigner),
    Endpoint: subscription.endpoint,
    Owner: subscription.owner,
    PendingConfirmation: String(!subscription.confirmed),
    Protocol: subscription.protocol,
    RawMessageDelivery: 'false',
    SubscriptionArn: subscription.arn,
    SubscriptionPrincipal: `arn:${subscription.arn.split(':')[1]}:iam::${subscription.owner}:root`,
    TopicArn: subscription.topicArn,
    ...(isHttp ? { EffectiveDeliveryPolicy: shownDeliveryPolicy(topic, subscription) } : {}),
    ...(attributes.has('FilterPolicy') ? { FilterPolicyScope: 'MessageAttributes' } : {}),
    ...Object.fromEntries(attributes),
  };
}
