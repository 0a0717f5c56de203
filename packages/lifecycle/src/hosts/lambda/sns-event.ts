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

export function isSnsEvent(event: unknown): event is SnsEvent {
  const records = (event as Partial<SnsEvent> | null)?.Records; // only looked at, field by field
  return (
    Array.isArray(records) &&
    records.length > 0 &&
    records.every((record) => record?.EventSource === 'aws:sns' && typeof record.Sns?.Message === 'string')
  );
}
