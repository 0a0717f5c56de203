import { expect, it } from 'vitest';
import { recordsFromSns } from './index.ts';
import type { SnsEvent } from './internal.ts';

// The shape of AWS's own sample (Lambda developer guide: using Lambda with SNS), with other values.
const sns = {
  Signature: 'signed',
  MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:shop-prod-order-events',
  MessageAttributes: {
    correlationId: { Type: 'String', Value: 'c-1' },
    cents: { Type: 'Number', Value: '250' },
    tags: { Type: 'String.Array', Value: '["a"]' },
    raw: { Type: 'Binary', Value: 'AAE=' },
  },
  SignatureVersion: '1',
  Timestamp: '2015-06-03T17:43:27.123Z',
  SigningCertUrl: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
  Message: '{"orderId":"o-1"}',
  UnsubscribeUrl: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
  Subject: 'TestInvoke',
};
const eventOf = (over: object): SnsEvent => ({
  Records: [
    {
      EventVersion: '1.0',
      EventSubscriptionArn: 'arn:aws:sns:eu-west-1:123456789012:shop-prod-order-events:9a6e2b1c',
      EventSource: 'aws:sns',
      Sns: { ...sns, ...over },
    },
  ],
});

it('makes of a record what a consumer takes, with the attributes as SNS typed them', () => {
  expect(recordsFromSns(eventOf({}))).toEqual([
    {
      topicArn: sns.TopicArn,
      messageId: sns.MessageId,
      receiptHandle: '',
      body: '{"orderId":"o-1"}',
      attributes: { SentTimestamp: String(Date.UTC(2015, 5, 3, 17, 43, 27, 123)) },
      messageAttributes: { correlationId: 'c-1', cents: '250', tags: '["a"]' },
      typedAttributes: {
        correlationId: { dataType: 'String', stringValue: 'c-1' },
        cents: { dataType: 'Number', stringValue: '250' },
        tags: { dataType: 'String.Array', stringValue: '["a"]' },
        raw: { dataType: 'Binary', binaryValue: 'AAE=' },
      },
    },
  ]);
});

it('takes an event of a caller that is not SNS, field by field', () => {
  const broken = {
    a: null,
    b: 'text',
    c: { Type: 'String' },
    d: { Type: 1, Value: 'x' },
    e: { Type: 'String', Value: 'e' },
  };
  const damage = {
    MessageId: undefined,
    TopicArn: { Ref: 'Topic' },
    Timestamp: 'yesterday',
    MessageAttributes: broken,
  };
  expect(recordsFromSns(eventOf(damage))).toMatchObject([
    { messageId: '', topicArn: '', attributes: {}, messageAttributes: { e: 'e' } },
  ]);
  expect(recordsFromSns(eventOf({ MessageAttributes: null }))).toMatchObject([{ messageAttributes: {} }]);
});
