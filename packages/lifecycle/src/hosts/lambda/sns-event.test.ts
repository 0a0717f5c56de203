import { expect, it } from 'vitest';
import { isEventBridgeEvent, isSnsEvent, isSqsEvent } from './internal.ts';

// The shape of AWS's own sample (Lambda developer guide: using Lambda with SNS), with other values.
const event = {
  Records: [
    {
      EventVersion: '1.0',
      EventSubscriptionArn: 'arn:aws:sns:eu-west-1:123456789012:news:9a6e2b1c',
      EventSource: 'aws:sns',
      Sns: {
        SignatureVersion: '1',
        Timestamp: '2026-01-01T00:00:00.000Z',
        Signature: 'signed',
        SigningCertUrl: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
        MessageId: 'm-1',
        Message: '{"id":1}',
        MessageAttributes: {
          correlationId: { Type: 'String', Value: 'c-1' },
          raw: { Type: 'Binary', Value: 'AAE=' },
          broken: null,
        },
        Type: 'Notification',
        UnsubscribeUrl: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
        TopicArn: 'arn:aws:sns:eu-west-1:123456789012:news',
        Subject: null,
      },
    },
  ],
} as unknown;

it('is distinguished from other events', () => {
  expect([isSnsEvent(event), isSqsEvent(event), isEventBridgeEvent(event)]).toEqual([true, false, false]);
});

it.each([null, {}, { Records: [] }, { Records: [null] }, { Records: [{ EventSource: 'aws:sns' }] }])(
  '%j is not an SNS event',
  (other) => expect(isSnsEvent(other)).toBe(false),
);
