/** A message as the SQS JSON API gives it to a receiver. */
export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly MD5OfMessageAttributes?: string;
  /** System attributes, e.g. ApproximateReceiveCount. */
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<
    Record<string, { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: string }>
  >;
}

/** One record of the event that Lambda makes of SQS messages. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, SqsRecordAttribute>>;
  readonly md5OfMessageAttributes?: string;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

export interface SqsRecordAttribute {
  readonly stringValue?: string;
  /** Base64. */
  readonly binaryValue?: string;
  /** Always empty: SQS has no list types yet. */
  readonly stringListValues: readonly string[];
  readonly binaryListValues: readonly string[];
  readonly dataType: string;
}

/** Lambda's record for a message that was received with all its attributes. */
export function sqsRecord(
  message: ReceivedMessage,
  source: { readonly queueArn: string; readonly region: string },
): SqsRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, value]): [string, SqsRecordAttribute] => [
      name,
      {
        ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
        ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: value.DataType,
      },
    ],
  );
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    ...(message.MD5OfMessageAttributes === undefined ? {} : { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: source.queueArn,
    awsRegion: source.region,
  };
}

/** Room for the envelope around the records. */
const ENVELOPE_BYTES = 16;

/**
 * Cuts records into runs that each fit into one event of `maxBytes`; a record that never fits
 * stands alone.
 */
export function splitBySize<T>(records: readonly T[], maxBytes: number): T[][] {
  const runs: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const bytes = Buffer.byteLength(JSON.stringify(record)) + 1;
    if (size + bytes > maxBytes) {
      runs.push([]);
      size = ENVELOPE_BYTES;
    }
    runs.at(-1)?.push(record);
    size += bytes;
  }
  return runs;
}

/**
 * Which records of a batch a function's response reports as failed, by Lambda's rules for
 * ReportBatchItemFailures: an empty or null response and an empty or null list mean that all
 * succeeded; a malformed response or an identifier that is not in the batch means that all failed
 * (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html). A message is identified
 * by its id, a record of a stream by its sequence number.
 */
export function failedRecords<T>(
  payload: unknown,
  records: readonly T[],
  idOf: (record: T) => string | undefined,
): readonly T[] {
  if (payload === null || payload === undefined || payload === '') return [];
  if (typeof payload !== 'object' || Array.isArray(payload)) return records;
  const { batchItemFailures: failures } = payload as Record<string, unknown>; // an object
  if (failures === null || failures === undefined) return [];
  if (!Array.isArray(failures)) return records;
  const failed = new Set<T>();
  for (const failure of failures as unknown[]) {
    const { itemIdentifier } = (failure ?? {}) as Record<string, unknown>; // compared only
    const record = records.find((candidate) => idOf(candidate) === itemIdentifier);
    if (!record) return records;
    failed.add(record);
  }
  return [...failed];
}
