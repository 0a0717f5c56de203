import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import type { MessageAttributes, MessageDraft } from '../sqs/message.ts';
import { retryDelays } from './delivery-policy.ts';
import { effectiveDeliveryPolicy } from './effective-delivery-policy.ts';
import { matchesPolicy, parseFilterPolicy } from './filter-policy.ts';
import { httpHeaders } from './http-headers.ts';
import { lambdaEvent } from './lambda-event.ts';
import type { Notification } from './notification.ts';
import { messageFor, signedPart, wrap } from './notification.ts';
import { parseRedriveTarget } from './redrive-target.ts';
import { startDelivery } from './run-delivery.ts';
import { sendToQueue } from './send-to-queue.ts';
import type { MessageSignature } from './sign-message.ts';
import { signMessage } from './sign-message.ts';
import type { Subscription, Topic } from './topic.ts';
import { liveSubscriptions } from './topic.ts';

/** Lambda tries an asynchronous event twice more, a minute and two minutes later (Lambda developer guide, retry behaviour). */
const LAMBDA_RETRIES_MS = [60_000, 120_000];

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

function wants({ attributes, protocol }: Subscription, notification: Notification): boolean {
  const text = attributes.get('FilterPolicy');
  if (text === undefined) return true;
  const scope = attributes.get('FilterPolicyScope') ?? 'MessageAttributes';
  const policy = parseFilterPolicy(text, scope);
  if (scope === 'MessageAttributes') return matchesPolicy(policy, filterable(notification.attributes));
  const body = parse(messageFor(notification, protocol));
  // A body that is no JSON object satisfies no policy on bodies.
  return typeof body === 'object' && body !== null && !Array.isArray(body) && matchesPolicy(policy, { ...body });
}

const isRaw = ({ attributes }: Subscription) => attributes.get('RawMessageDelivery') === 'true';

/** A notification on its way to one subscription. */
interface Parcel {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly notification: Notification;
  readonly signature: MessageSignature | undefined;
  /** As a queue gets it: the subscription's own, or its dead-letter queue. */
  readonly draft: MessageDraft;
}

function deliverHttp({ topic, subscription, notification, draft }: Parcel, context: CallContext): void {
  const { retry, contentType } = effectiveDeliveryPolicy(topic, subscription);
  startDelivery(
    {
      id: randomUUID(),
      kind: 'http',
      subscriptionArn: subscription.arn,
      endpoint: subscription.endpoint,
      headers: httpHeaders({
        type: 'Notification',
        messageId: notification.messageId,
        topicArn: topic.arn,
        subscriptionArn: subscription.arn,
        contentType,
        raw: isRaw(subscription),
      }),
      body: draft.body,
      deadLetter: draft,
      retriesMs: retryDelays(retry),
      dueAt: context.clock.now(),
    },
    context,
  );
}

function deliverLambda({ subscription, notification, signature, draft }: Parcel, context: CallContext): void {
  if (signature === undefined) return; // of FIFO topics, to which no function subscribes
  startDelivery(
    {
      id: randomUUID(),
      kind: 'lambda',
      subscriptionArn: subscription.arn,
      endpoint: subscription.endpoint,
      headers: {},
      body: JSON.stringify(lambdaEvent(notification, subscription, signature, context.origin)),
      deadLetter: draft,
      retriesMs: [...LAMBDA_RETRIES_MS],
      dueAt: context.clock.now(),
    },
    context,
  );
}

/** A queue that does not take a message refuses it for good: the dead-letter queue gets it at once. */
function deliverQueue({ subscription, draft }: Parcel, context: CallContext): void {
  if (sendToQueue(subscription.endpoint, draft, context.storesOf)) return;
  const redrive = subscription.attributes.get('RedrivePolicy');
  if (redrive !== undefined) sendToQueue(parseRedriveTarget(redrive), draft, context.storesOf);
}

const DELIVER: Record<string, (parcel: Parcel, context: CallContext) => void> = {
  http: deliverHttp,
  https: deliverHttp,
  lambda: deliverLambda,
  sqs: deliverQueue,
};

/** Delivers to every subscription that wants it; what cannot be delivered goes to the subscription's dead-letter queue, if it has one. */
export async function deliver(topic: Topic, notification: Notification, context: CallContext): Promise<void> {
  const { origin, clock } = context;
  const version = topic.attributes.get('SignatureVersion') ?? '1';
  const wanted = liveSubscriptions(topic, clock.now()).filter(
    (subscription) => subscription.confirmed && wants(subscription, notification),
  );
  const signatures = new Map<string, MessageSignature>();
  for (const subscription of topic.fifo ? [] : wanted) {
    if (isRaw(subscription) || signatures.has(subscription.protocol)) continue;
    signatures.set(
      subscription.protocol,
      await signMessage(signedPart(notification, subscription.protocol), version, origin),
    );
  }
  for (const subscription of wanted) {
    const raw = isRaw(subscription);
    const signature = signatures.get(subscription.protocol);
    const draft: MessageDraft = {
      body: raw ? messageFor(notification, subscription.protocol) : wrap(notification, subscription, signature, origin),
      attributes: raw ? notification.attributes : {},
      systemAttributes: {},
      groupId: notification.groupId,
      deduplicationId: notification.deduplicationId,
      senderId: context.account,
    };
    DELIVER[subscription.protocol]?.({ topic, subscription, notification, signature, draft }, context);
  }
}
