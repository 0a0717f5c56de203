import type { SnsEvent, SnsEventRecord } from './sns-event.ts';
import type { ReceivedRecord, SqsEventAttribute } from './sqs-event.ts';

/** A message that a topic invoked the function with. */
export interface TopicRecord extends ReceivedRecord {
  readonly topicArn: string;
}

/**
 * The records of an SNS event in the shape of received messages, as they are given to a consumer
 * with `{ source: 'topic' }`: there is no receipt and no receive count, and what SNS calls its
 * timestamp is when the message was sent.
 */
export function recordsFromSns(event: SnsEvent): TopicRecord[] {
  return event.Records.map(({ Sns }) => {
    const sentAtMs = Date.parse(Sns.Timestamp);
    const messageAttributes: Record<string, string> = {};
    const typedAttributes: Record<string, SqsEventAttribute> = {};
    for (const [name, attribute] of attributesOf(Sns)) {
      const { Type: dataType, Value } = attribute;
      if (dataType === 'Binary') {
        typedAttributes[name] = { dataType, binaryValue: Value };
      } else {
        typedAttributes[name] = { dataType, stringValue: Value };
        messageAttributes[name] = Value;
      }
    }
    return {
      topicArn: typeof Sns.TopicArn === 'string' ? Sns.TopicArn : '',
      messageId: typeof Sns.MessageId === 'string' ? Sns.MessageId : '',
      receiptHandle: '',
      body: Sns.Message,
      attributes: Number.isNaN(sentAtMs) ? {} : { SentTimestamp: String(sentAtMs) },
      messageAttributes,
      typedAttributes,
    };
  });
}

type SnsAttribute = NonNullable<SnsEventRecord['Sns']['MessageAttributes']>[string];

/** Those that are attributes: every caller that may invoke the function can send any event. */
function attributesOf({ MessageAttributes }: SnsEventRecord['Sns']): Array<[string, SnsAttribute]> {
  return Object.entries(MessageAttributes ?? {}).filter(
    ([, attribute]) => typeof attribute?.Type === 'string' && typeof attribute.Value === 'string',
  );
}
