/** A sender's attribute; bytes are in base64. */
export interface SqsEventAttribute {
  dataType: string;
  stringValue?: string;
  binaryValue?: string;
}

/** One record of an SQS event, as the event source mapping sends it. */
export interface SqsEventRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  md5OfBody?: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, SqsEventAttribute>;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
  awsRegion: string;
}

export interface SqsEvent {
  Records: SqsEventRecord[];
}

/**
 * The answer that an event source mapping with `ReportBatchItemFailures` reads. An empty list means
 * that everything succeeded.
 */
export interface SqsBatchResult {
  batchItemFailures: Array<{ itemIdentifier: string }>;
}

/** A received message, whichever host received it. */
export interface ReceivedRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  md5OfBody?: string | undefined;
  attributes: Record<string, string>;
  messageAttributes: Record<string, string>;
  /** As the record has them, binary ones too. */
  typedAttributes?: Record<string, SqsEventAttribute> | undefined;
}

export function isSqsEvent(event: unknown): event is SqsEvent {
  const records = (event as Partial<SqsEvent> | null)?.Records; // only looked at, field by field
  return Array.isArray(records) && records.length > 0 && records.every((record) => record?.eventSource === 'aws:sqs');
}

/**
 * The records with their string attributes flattened. Their MD5 comes along for the consumer to
 * check: that Lambda's poller does is nowhere promised.
 */
export function recordsFromSqs(event: SqsEvent): ReceivedRecord[] {
  return event.Records.map((record) => ({
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    // An empty body is no JSON, and so poison: one message's fault. One that is missing, or no
    // text, would fail the whole batch.
    body: typeof record.body === 'string' ? record.body : '',
    md5OfBody: record.md5OfBody,
    attributes: record.attributes ?? {},
    messageAttributes: stringsOf(record.messageAttributes),
    typedAttributes: record.messageAttributes,
  }));
}

function stringsOf(attributes: SqsEventRecord['messageAttributes'] | undefined): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const name in attributes) {
    const value = attributes[name]?.stringValue;
    if (typeof value === 'string') strings[name] = value;
  }
  return strings;
}

export function batchResult(failedMessageIds: readonly string[]): SqsBatchResult {
  return { batchItemFailures: failedMessageIds.map((itemIdentifier) => ({ itemIdentifier })) };
}
