import type { MessageAttributeValue } from '../../operations/sqs.ts';
import { builtin } from '../builtin.ts';
import { fromBase64, toBase64 } from './blob.ts';

export type Attributes = Record<string, MessageAttributeValue>;
type WireAttributes = Record<string, Record<string, unknown>>;

/** Attributes with their bytes in base64; the same object when there are none. */
export function encodeAttributes(attributes: Attributes): Attributes | WireAttributes {
  let encoded: WireAttributes | undefined;
  for (const [name, value] of Object.entries(attributes)) {
    if (value.BinaryValue === undefined) continue;
    encoded ??= Object.fromEntries(Object.entries(attributes).map(([key, one]) => [key, { ...one }]));
    encoded[name] = { ...value, BinaryValue: toBase64(value.BinaryValue) };
  }
  return encoded ?? attributes;
}

/** Turns base64 into bytes, in place: the object was just parsed and is nobody else's. */
export function decodeAttributes(attributes: WireAttributes): void {
  for (const value of Object.values(attributes)) {
    if (typeof value.BinaryValue === 'string') value.BinaryValue = fromBase64(value.BinaryValue);
    if (Array.isArray(value.BinaryListValues)) value.BinaryListValues = value.BinaryListValues.map(fromBase64);
  }
}

/**
 * The MD5 of message attributes: by name, each name, type and value with its length before it, the value with its kind too
 * (SQS developer guide, "Calculating the MD5 message digest for message attributes").
 */
export function attributesDigest(attributes: Attributes): string {
  const digest = builtin('node:crypto').createHash('md5');
  const sized = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    digest.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    sized(Buffer.from(name));
    sized(Buffer.from(DataType));
    digest.update(Buffer.of(BinaryValue === undefined ? 1 : 2));
    sized(BinaryValue ?? Buffer.from(StringValue ?? ''));
  }
  return digest.digest('hex');
}
