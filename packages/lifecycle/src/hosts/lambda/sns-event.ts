/**
 * One record of an SNS event: a topic that invokes a function without a queue between them. Fields
 * as AWS documents them.
 */
export interface SnsEventRecord {
  EventVersion: string;
  EventSource: 'aws:sns';
  EventSubscriptionArn: string;
  Sns: {
    MessageId: string;
    TopicArn: string;
    Subject?: string | null;
    Message: string;
    /** ISO 8601. */
    Timestamp: string;
    MessageAttributes?: Record<string, { Type: string; Value: string }>;
  };
}

export interface SnsEvent {
  Records: SnsEventRecord[];
}

/** A published message, its string attributes flattened. */
export interface SnsMessage {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly body: string;
  readonly publishedAtMs: number;
  readonly messageAttributes: Readonly<Record<string, string>>;
}

export function isSnsEvent(event: unknown): event is SnsEvent {
  const records = (event as Partial<SnsEvent> | null)?.Records; // only looked at, field by field
  return (
    Array.isArray(records) &&
    records.length > 0 &&
    records.every((record) => record?.EventSource === 'aws:sns' && typeof record.Sns?.Message === 'string')
  );
}

/**
 * The messages of an SNS event, for a handler of your own: a consumer's function takes such events
 * by itself. SNS invokes asynchronously: a handler that throws is invoked twice more, and then the
 * message is lost unless the function has an on-failure destination or a dead-letter queue (the
 * subscription's own is for what could not be handed to Lambda). A queue between them loses
 * nothing.
 *
 * @example
 * ```ts
 * export const handler = lambdaHandler(async (event: unknown) => {
 *   if (!isSnsEvent(event)) throw new TypeError('Cannot handle the event: it is not of SNS');
 *   for (const { body } of messagesFromSns(event)) JSON.parse(body);
 * });
 * ```
 */
export function messagesFromSns(event: SnsEvent): SnsMessage[] {
  return event.Records.map(({ Sns }) => ({
    messageId: Sns.MessageId,
    topicArn: Sns.TopicArn,
    subject: Sns.Subject ?? undefined,
    body: Sns.Message,
    publishedAtMs: Date.parse(Sns.Timestamp),
    messageAttributes: Object.fromEntries(
      Object.entries(Sns.MessageAttributes ?? {}).flatMap(([name, attribute]) =>
        attribute?.Type !== 'Binary' && typeof attribute?.Value === 'string' ? [[name, attribute.Value]] : [],
      ),
    ),
  }));
}
