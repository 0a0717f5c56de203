import { randomUUID } from 'node:crypto';
import { readBoolean, readString, readStringMap } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { giveToken, sendConfirmation } from '../confirmation.ts';
import { checkEndpoint } from '../endpoint.ts';
import { invalidParameter } from '../errors.ts';
import { checkLargeTopic } from '../large-topic.ts';
import { signingIdentity } from '../signing-identity.ts';
import {
  checkFilterPolicies,
  checkRaw,
  checkSubscriptionAttributes,
  setSubscriptionAttribute,
} from '../subscription-attributes.ts';
import type { Subscription } from '../topic.ts';
import { liveSubscriptions } from '../topic.ts';
import { DEFAULT_MESSAGE_BYTES, maximumMessageSize } from '../topic-attributes.ts';
import { topicOf } from '../topic-of.ts';

/** Subscribing an endpoint again gives the same subscription as long as no given attribute differs. A URL must confirm it. */
export const subscribe: Action = async (input, context) => {
  const topic = topicOf(input, context);
  const protocol = readString(input, 'Protocol') ?? '';
  const endpoint = readString(input, 'Endpoint') ?? '';
  checkEndpoint(topic, protocol, endpoint);
  const attributes = new Map(Object.entries(readStringMap(input, 'Attributes') ?? {}));
  const scope = attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  checkSubscriptionAttributes(attributes, scope, 'Attributes Reason: ');
  checkRaw(attributes, protocol);
  const now = context.clock.now();
  const isHttp = protocol === 'http' || protocol === 'https';
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
      confirmed: !isHttp,
      confirmedBySigner: !isHttp,
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
  await sendConfirmation('SubscriptionConfirmation', topic, subscription, context);
  const told = readBoolean(input, 'ReturnSubscriptionArn') ?? false;
  return { SubscriptionArn: told ? subscription.arn : 'pending confirmation' };
};
