import type { MessageAttributeValue } from '@twelvefold/aws';

/**
 * The size that SQS and SNS count: the body and each attribute's name, type and value, in bytes of UTF-8. System attributes
 * (`AWSTraceHeader`) do not count.
 */
export function messageBytes(body: string, attributes: Readonly<Record<string, MessageAttributeValue>> = {}): number {
  let bytes = Buffer.byteLength(body);
  for (const name of Object.keys(attributes)) {
    const { DataType = '', StringValue = '', BinaryValue } = attributes[name] ?? {};
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += Buffer.byteLength(StringValue) + (BinaryValue?.byteLength ?? 0);
  }
  return bytes;
}
