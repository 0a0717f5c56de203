import { randomBytes, randomUUID } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import { startDelivery } from './delivery.ts';
import { effectiveDeliveryPolicy, retryDelays } from './delivery-policy.ts';
import { httpHeaders } from './notification.ts';
import { signMessage } from './signing.ts';
import type { Subscription, Topic } from './topic.ts';

// "Confirmation tokens are valid for two days" (Subscribe).
const TOKEN_MS = 2 * 86_400_000;

/** A new token for a subscription. */
export function giveToken(subscription: Subscription, now: number): void {
  subscription.token = randomBytes(144).toString('hex');
  subscription.tokenExpiresAt = now + TOKEN_MS;
}

const TEXTS = {
  SubscriptionConfirmation: (topicArn: string) =>
    `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
  UnsubscribeConfirmation: (_topicArn: string, arn: string) =>
    `You have chosen to deactivate subscription ${arn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
};

/** Sends a subscription's token to its URL: to confirm it, or to have it back. */
export async function sendConfirmation(
  type: keyof typeof TEXTS,
  topic: Topic,
  subscription: Subscription,
  context: CallContext,
): Promise<void> {
  const { token = '', endpoint, arn } = subscription;
  const { clock, origin } = context;
  const MessageId = randomUUID();
  const message = {
    Type: type,
    MessageId,
    Token: token,
    TopicArn: topic.arn,
    Message: TEXTS[type](topic.arn, arn),
    SubscribeURL: `${origin}/?Action=ConfirmSubscription&TopicArn=${topic.arn}&Token=${token}`,
    Timestamp: new Date(clock.now()).toISOString(),
  };
  const signature = await signMessage(message, topic.attributes.get('SignatureVersion') ?? '1', origin);
  const { retry } = effectiveDeliveryPolicy(topic, subscription);
  startDelivery(
    {
      id: MessageId,
      kind: 'http',
      subscriptionArn: arn,
      endpoint,
      headers: httpHeaders({
        type,
        messageId: MessageId,
        topicArn: topic.arn,
        subscriptionArn: type === 'UnsubscribeConfirmation' ? arn : undefined,
      }),
      body: JSON.stringify({ ...message, ...signature }),
      deadLetter: undefined,
      retriesMs: retryDelays(retry),
      dueAt: clock.now(),
    },
    context,
  );
}
