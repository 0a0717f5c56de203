import type { MessageAttributeValue } from '@twelvefold/aws/internal';
import { TwelvefoldError } from '@twelvefold/core';

/**
 * The size that SQS and SNS count: the body and each attribute's name, type and value, in bytes of
 * UTF-8. System attributes (`AWSTraceHeader`) do not count.
 */
export function messageBytes(body: string, attributes: Readonly<Record<string, MessageAttributeValue>> = {}): number {
  let bytes = Buffer.byteLength(body);
  for (const name in attributes) {
    const { DataType = '', StringValue = '', BinaryValue } = attributes[name] ?? {};
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += Buffer.byteLength(StringValue) + (BinaryValue?.byteLength ?? 0);
  }
  return bytes;
}

/** @throws TwelvefoldError `MESSAGE_TOO_LARGE` when `bytes` is above `limit`. */
export function assertMessageSize(action: string, bytes: number, limit: number): void {
  if (bytes > limit) {
    throw new TwelvefoldError(
      'MESSAGE_TOO_LARGE',
      `Cannot ${action}: it has ${bytes} bytes with its attributes and the limit is ${limit}; store the content elsewhere and send a reference to it`,
    );
  }
}
