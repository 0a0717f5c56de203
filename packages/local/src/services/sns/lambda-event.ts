import type { Notification } from './notification.ts';
import { shownAttributes, signedPart, unsubscribeUrl } from './notification.ts';
import type { MessageSignature } from './sign-message.ts';
import type { Subscription } from './topic.ts';

/** The event that a subscribed function gets: one record, its URLs spelt as Lambda's events spell them. */
export function lambdaEvent(
  notification: Notification,
  subscription: Subscription,
  signature: MessageSignature,
  origin: string,
) {
  const { Subject = null, ...rest } = signedPart(notification, subscription.protocol);
  const { SigningCertURL: SigningCertUrl, ...signed } = signature;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: {
          ...rest,
          Subject,
          ...signed,
          SigningCertUrl,
          UnsubscribeUrl: unsubscribeUrl(origin, subscription),
          MessageAttributes: shownAttributes(notification),
        },
      },
    ],
  };
}
