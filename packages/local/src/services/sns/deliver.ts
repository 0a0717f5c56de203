import type { CallContext } from '../../core/service.ts';
import type { MessageAttributes, MessageDraft } from '../sqs/message.ts';
import { MAX_ATTRIBUTES } from '../sqs/message-attributes.ts';
import { draftSize } from '../sqs/message-draft.ts';
import { queueStore } from '../sqs/queue-store.ts';
import { matchesPolicy, parseFilterPolicy } from './filter-policy.ts';
import type { Notification } from './notification.ts';
import { wrap } from './notification.ts';
import { parseRedriveTarget } from './subscription-attributes.ts';
import type { Subscription, Topic } from './topic.ts';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Attributes as a filter policy sees them: numbers as numbers, arrays as arrays, no binary values. */
function filterable(attributes: MessageAttributes): Record<string, unknown> {
  const values = Object.entries(attributes).flatMap(([name, { DataType, StringValue }]) => {
    if (StringValue === undefined) return [];
    if (DataType.startsWith('Number')) return [[name, Number(StringValue)]];
    return [[name, DataType === 'String.Array' ? (parse(StringValue) ?? StringValue) : StringValue]];
  });
  return Object.fromEntries(values);
}

function wants({ attributes }: Subscription, notification: Notification): boolean {
  const text = attributes.get('FilterPolicy');
  if (text === undefined) return true;
  const scope = attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  const policy = parseFilterPolicy(text, scope);
  if (scope === 'MessageAttributes') return matchesPolicy(policy, filterable(notification.attributes));
  const body = parse(notification.message);
  // A body that is no JSON object satisfies no policy on bodies.
  return typeof body === 'object' && body !== null && !Array.isArray(body) && matchesPolicy(policy, { ...body });
}

function toDraft(subscription: Subscription, notification: Notification, context: CallContext): MessageDraft {
  const raw = subscription.attributes.get('RawMessageDelivery') === 'true';
  return {
    body: raw ? notification.message : wrap(notification, subscription, context.origin),
    attributes: raw ? notification.attributes : {},
    systemAttributes: {},
    groupId: notification.groupId,
    deduplicationId: notification.deduplicationId,
    senderId: context.account,
  };
}

/** Whether the queue was there and took the message. */
function send(queueArn: string, draft: MessageDraft, context: CallContext): boolean {
  const queue = context.stores.get(queueStore).byArn(queueArn);
  if (queue === undefined) return false;
  // SQS takes no more than ten attributes; raw delivery of more is a client-side error that SNS does not retry.
  if (Object.keys(draft.attributes).length > MAX_ATTRIBUTES) return false;
  if (draftSize(draft) > Number(queue.attributes.MaximumMessageSize)) return false;
  if (queue.fifo && draft.groupId === undefined) return false;
  queue.send([queue.fifo ? draft : { ...draft, deduplicationId: undefined }]);
  return true;
}

/** Delivers to every subscription that wants it; what cannot be delivered goes to the subscription's dead-letter queue, if it has one. */
export function deliver(topic: Topic, notification: Notification, context: CallContext): void {
  for (const subscription of topic.subscriptions.values()) {
    if (!wants(subscription, notification)) continue;
    const draft = toDraft(subscription, notification, context);
    if (send(subscription.endpoint, draft, context)) continue;
    const redrive = subscription.attributes.get('RedrivePolicy');
    if (redrive !== undefined) send(parseRedriveTarget(redrive), draft, context);
  }
}
