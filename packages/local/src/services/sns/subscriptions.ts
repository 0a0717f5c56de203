import { randomUUID } from 'node:crypto';
import { ANONYMOUS } from '../../core/caller.ts';
import { readBoolean, readString, readStringMap } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { pageByKey } from '../page.ts';
import { giveToken, sendConfirmation } from './confirmation.ts';
import { invalidParameter, notImplemented, snsError } from './errors.ts';
import { signingIdentity } from './signing.ts';
import {
  checkFifoRedrive,
  checkFilterPolicies,
  checkRaw,
  checkSubscriptionAttributes,
  setSubscriptionAttribute,
  shownSubscriptionAttributes,
} from './subscription-attributes.ts';
import type { Subscription, Topic } from './topic.ts';
import {
  findSubscription,
  liveSubscriptions,
  subscriptionArnOf,
  subscriptionOf,
  topicOf,
  topicStore,
  touchTopicOf,
} from './topic.ts';
import { checkLargeTopic, DEFAULT_MESSAGE_BYTES, maximumMessageSize } from './topics.ts';

const OTHER_PROTOCOLS = ['application', 'firehose'];
const EMAIL = ['email', 'email-json'];
/** Those whose endpoint must confirm. */
const CONFIRMED_LATER = ['http', 'https', ...EMAIL];

function isUrl(protocol: string, endpoint: string): boolean {
  return URL.canParse(endpoint) && new URL(endpoint).protocol === `${protocol}:`;
}

/**
 * E.164, with single `.`, `/` or `-` between digits.
 *
 * @throws ServiceError `InvalidParameter`, recorded on AWS
 */
function checkPhoneNumber(endpoint: string): void {
  const plain = endpoint.replace(/(?<=\d)[./-](?=\d)/g, '');
  if (/^\+?[1-9]\d{1,14}$/.test(plain)) return;
  throw snsError('InvalidParameterException', `Invalid SMS endpoint: ${endpoint}`);
}

/** Whether an endpoint may subscribe. @throws ServiceError `InvalidParameter`, `NotImplemented` */
function checkEndpoint(topic: Topic, protocol: string, endpoint: string): void {
  if (OTHER_PROTOCOLS.includes(protocol)) throw notImplemented(`Subscribe with protocol ${protocol}`);
  if (!['sqs', 'lambda', 'sms', ...CONFIRMED_LATER].includes(protocol)) {
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  // "Customer managed endpoints can't subscribe to FIFO topics" (developer guide, message delivery
  // for FIFO topics).
  if (topic.fifo && protocol !== 'sqs') {
    throw invalidParameter('Protocol Reason: only SQS queues can be subscribed to FIFO SNS topics');
  }
  if (protocol === 'sqs') {
    if (!/^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(endpoint)) throw invalidParameter('SQS endpoint ARN');
    if (endpoint.endsWith('.fifo') && !topic.fifo) {
      // Twice the prefix, as recorded on AWS.
      throw invalidParameter(
        'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
      );
    }
  } else if (protocol === 'lambda') {
    if (!/^arn:aws[a-z-]*:lambda:[^:]+:\d{12}:function:[^:]+(?::[^:]+)?$/.test(endpoint)) {
      throw invalidParameter('Lambda endpoint ARN');
    }
  } else if (protocol === 'sms') {
    checkPhoneNumber(endpoint);
  } else if (EMAIL.includes(protocol)) {
    if (!/^[^\s@]+@[^\s@]+$/.test(endpoint)) throw invalidParameter('Email address');
  } else if (!isUrl(protocol, endpoint)) {
    throw invalidParameter('Endpoint must match the specified protocol');
  }
}

/** Whether a call came by a link, without a signature. */
const isAnonymous = ({ principal }: CallContext) => principal.userId === ANONYMOUS;

const PAGE = 100;

/** A page of subscriptions, as both listings answer it. @throws ServiceError `InvalidParameter` */
function listPage(input: Readonly<Record<string, unknown>>, subscriptions: Iterable<Subscription>) {
  const token = readString(input, 'NextToken');
  const { items, next } = pageByKey(
    subscriptions,
    ({ arn }) => arn,
    PAGE,
    token,
    () => invalidParameter('NextToken'),
  );
  return {
    Subscriptions: items.map(({ arn, owner, protocol, endpoint, topicArn, confirmed }) => ({
      SubscriptionArn: confirmed ? arn : 'PendingConfirmation',
      Owner: owner,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topicArn,
    })),
    NextToken: next,
  };
}

/**
 * Subscribing an endpoint again gives the same subscription as long as no given attribute differs.
 * A URL must confirm it.
 */
export const subscribe: Action = async (input, context) => {
  const topic = topicOf(input, context);
  const protocol = readString(input, 'Protocol') ?? '';
  const endpoint = readString(input, 'Endpoint') ?? '';
  checkEndpoint(topic, protocol, endpoint);
  const attributes = new Map(Object.entries(readStringMap(input, 'Attributes') ?? {}));
  const scope = attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  checkSubscriptionAttributes(attributes, scope, 'Attributes Reason: ');
  checkRaw(attributes, protocol);
  checkFifoRedrive(attributes, { topic, endpoint }, 'Attributes Reason: ');
  const now = context.clock.now();
  const confirmsLater = CONFIRMED_LATER.includes(protocol);
  const subscriptions = liveSubscriptions(topic, now);
  let subscription = subscriptions.find((other) => other.endpoint === endpoint && other.protocol === protocol);
  if (subscription !== undefined) {
    const { attributes: has } = subscription;
    if ([...attributes].some(([name, value]) => has.get(name) !== value)) {
      throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
    }
  } else {
    if (maximumMessageSize(topic) > DEFAULT_MESSAGE_BYTES) checkLargeTopic([...subscriptions, { protocol }]);
    subscription = {
      arn: `${topic.arn}:${randomUUID()}`,
      topicArn: topic.arn,
      protocol,
      endpoint,
      owner: context.account,
      attributes: new Map(),
      token: undefined,
      tokenExpiresAt: 0,
      confirmed: !confirmsLater,
      confirmedBySigner: !confirmsLater,
      authenticateOnUnsubscribe: false,
    } satisfies Subscription;
    for (const [name, value] of attributes) setSubscriptionAttribute(subscription, name, value);
    if (subscription.attributes.has('FilterPolicy')) checkFilterPolicies(topic);
    topic.subscriptions.set(subscription.arn, subscription);
    // What signs takes a moment to make: now rather than with the first message.
    if (!topic.fifo && attributes.get('RawMessageDelivery')?.toLowerCase() !== 'true')
      context.background(signingIdentity);
  }
  if (subscription.confirmed) return { SubscriptionArn: subscription.arn };
  giveToken(subscription, now);
  // No email is sent: such a subscription stays pending.
  if (!EMAIL.includes(protocol)) await sendConfirmation('SubscriptionConfirmation', topic, subscription, context);
  const returnsArn = readBoolean(input, 'ReturnSubscriptionArn') ?? false;
  return { SubscriptionArn: returnsArn ? subscription.arn : 'pending confirmation' };
};

/**
 * Makes a subscription one, or brings one back that has ended. Confirming again is not an error.
 */
export const confirmSubscription: Action = (input, context) => {
  const topic = topicOf(input, context);
  const token = readString(input, 'Token') ?? '';
  const now = context.clock.now();
  const ended = topic.ended.get(token);
  const found = liveSubscriptions(topic, now).find((subscription) => subscription.token === token) ?? ended;
  if (token === '' || found === undefined || found.tokenExpiresAt <= now) throw invalidParameter('Token');
  const anonymous = isAnonymous(context);
  const authenticate = readString(input, 'AuthenticateOnUnsubscribe') ?? 'false';
  if (authenticate !== 'true' && authenticate !== 'false') throw invalidParameter('AuthenticateOnUnsubscribe');
  if (ended !== undefined) {
    topic.ended.delete(token);
    topic.subscriptions.set(ended.arn, ended);
    topic.subscriptionsDeleted -= 1;
  }
  if (!found.confirmed || ended !== undefined) {
    found.confirmed = true;
    found.confirmedBySigner = !anonymous;
    found.authenticateOnUnsubscribe = authenticate === 'true' && !anonymous;
  }
  return { SubscriptionArn: found.arn };
};

/**
 * Ends a subscription, also one that is not there. A URL gets a message with which it may subscribe
 * again.
 */
export const unsubscribe: Action = async (input, context) => {
  const arn = subscriptionArnOf(input);
  touchTopicOf(arn, context);
  const now = context.clock.now();
  const found = findSubscription(context.stores.get(topicStore), arn, now);
  if (found === undefined) return;
  const { topic, subscription } = found;
  if (!subscription.confirmed) {
    throw invalidParameter('SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation');
  }
  if (subscription.authenticateOnUnsubscribe && isAnonymous(context)) {
    throw snsError('AuthorizationErrorException', 'This subscription can be deleted by an authenticated caller only');
  }
  topic.subscriptions.delete(arn);
  topic.subscriptionsDeleted += 1;
  if (!/^https?$/.test(subscription.protocol)) return;
  giveToken(subscription, now);
  for (const [token, { tokenExpiresAt }] of topic.ended) if (tokenExpiresAt <= now) topic.ended.delete(token);
  topic.ended.set(subscription.token ?? '', subscription);
  await sendConfirmation('UnsubscribeConfirmation', topic, subscription, context);
};

export const getSubscriptionAttributes: Action = (input, context) => {
  const { topic, subscription } = subscriptionOf(input, context);
  return { Attributes: shownSubscriptionAttributes(subscription, topic) };
};

export const setSubscriptionAttributes: Action = (input, context) => {
  const { topic, subscription } = subscriptionOf(input, context);
  const name = readString(input, 'AttributeName') ?? '';
  const value = readString(input, 'AttributeValue') ?? '';
  const scope = subscription.attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  checkSubscriptionAttributes(new Map([[name, value]]), scope);
  checkRaw(new Map([[name, value]]), subscription.protocol);
  checkFifoRedrive(new Map([[name, value]]), { topic, endpoint: subscription.endpoint });
  const policy = subscription.attributes.get('FilterPolicy');
  if (name === 'FilterPolicy' && policy === undefined && value !== '' && value !== '{}') checkFilterPolicies(topic);
  // A policy that the new scope does not allow would fail at every publish instead of here.
  if (name === 'FilterPolicyScope' && policy !== undefined) {
    checkSubscriptionAttributes(new Map([['FilterPolicy', policy]]), value);
  }
  setSubscriptionAttribute(subscription, name, value);
};

export const listSubscriptions: Action = (input, context) => {
  const { topics } = context.stores.get(topicStore);
  return listPage(
    input,
    [...topics.values()].flatMap((topic) => liveSubscriptions(topic, context.clock.now())),
  );
};

export const listSubscriptionsByTopic: Action = (input, context) =>
  listPage(input, liveSubscriptions(topicOf(input, context), context.clock.now()));
