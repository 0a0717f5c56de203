import { builtin } from '@twelvefold/core/internal';
import type { MessageAttributeValue } from '../operations/sqs.ts';
import { fromBase64, toBase64 } from './blob.ts';

export type Attributes = Record<string, MessageAttributeValue>;
type WireAttributes = Record<string, Record<string, unknown>>;

/** Attributes with their bytes in base64; the same object when there are none. */
export function encodeAttributes(attributes: Attributes): Attributes | WireAttributes {
  let encoded: WireAttributes | undefined;
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value?.BinaryValue === undefined) continue;
    encoded ??= Object.fromEntries(Object.entries(attributes).map(([key, one]) => [key, { ...one }]));
    encoded[name] = { ...value, BinaryValue: toBase64(value.BinaryValue) };
  }
  return encoded ?? attributes;
}

/**
 * Turns base64 into bytes in the given object. That is safe because the caller has just parsed it.
 */
export function decodeAttributes(attributes: WireAttributes): void {
  for (const value of Object.values(attributes)) {
    if (typeof value.BinaryValue === 'string') value.BinaryValue = fromBase64(value.BinaryValue);
    if (Array.isArray(value.BinaryListValues)) value.BinaryListValues = value.BinaryListValues.map(fromBase64);
  }
}

/**
 * The MD5 of message attributes: by name, each name, type and value with its length before it, the
 * value with its kind too
 * (SQS developer guide, "Calculating the MD5 message digest for message attributes").
 */
export function attributesDigest(attributes: Attributes): string {
  const parts: Array<string | Uint8Array> = [];
  let bytes = 0;
  const add = (part: string | Uint8Array): void => {
    parts.push(part);
    bytes += 4 + (typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { DataType = '', StringValue = '', BinaryValue } = attributes[name] ?? {};
    add(name);
    add(DataType);
    add(BinaryValue ?? StringValue);
    bytes += 1;
  }
  const text = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index % 3 === 2) at = text.writeUInt8(typeof part === 'string' ? 1 : 2, at);
    const start = at + 4;
    if (typeof part === 'string') at = start + text.write(part, start);
    else {
      text.set(part, start);
      at = start + part.byteLength;
    }
    text.writeUInt32BE(at - start, start - 4);
  }
  return builtin('node:crypto').hash('md5', text);
}
