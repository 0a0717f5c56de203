import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import {
  checkFilterPolicies,
  checkRaw,
  checkSubscriptionAttributes,
  setSubscriptionAttribute,
} from '../subscription-attributes.ts';
import { subscriptionOf } from '../topic-of.ts';

export const setSubscriptionAttributes: Action = (input, context) => {
  const { topic, subscription } = subscriptionOf(input, context);
  const name = readString(input, 'AttributeName') ?? '';
  const value = readString(input, 'AttributeValue') ?? '';
  const scope = subscription.attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  checkSubscriptionAttributes(new Map([[name, value]]), scope);
  checkRaw(new Map([[name, value]]), subscription.protocol);
  const policy = subscription.attributes.get('FilterPolicy');
  if (name === 'FilterPolicy' && policy === undefined && value !== '' && value !== '{}') checkFilterPolicies(topic);
  // A policy that the new scope does not allow would fail at every publish instead of here.
  if (name === 'FilterPolicyScope' && policy !== undefined) {
    checkSubscriptionAttributes(new Map([['FilterPolicy', policy]]), value);
  }
  setSubscriptionAttribute(subscription, name, value);
};
