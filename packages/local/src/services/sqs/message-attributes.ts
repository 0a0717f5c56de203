import { createHash } from 'node:crypto';
import { readString, readStructure } from '../../core/input.ts';
import { invalidValue } from './errors.ts';
import type { MessageAttribute, MessageAttributes } from './message.ts';

// The limits of this file are from "Amazon SQS message metadata" in the developer guide.
export const MAX_ATTRIBUTES = 10;
const NAME = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;

const bytesOf = ({ StringValue, BinaryValue }: MessageAttribute) =>
  BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64');

/** What is wrong with an attribute, undefined when nothing is. */
function faultOf(name: string, attribute: MessageAttribute): string | undefined {
  const { DataType: type, StringValue, BinaryValue } = attribute;
  if (!NAME.test(name))
    return `The message attribute name '${name}' is invalid: names are up to 256 of A-Z, a-z, 0-9, _, - and ., must not start with AWS. or Amazon., and a period must not stand at an end or beside another`;
  if (type === '') return `The message attribute '${name}' must contain non-empty message attribute type.`;
  const [, logical] = /^(String|Number|Binary)(?:\..+)?$/.exec(type) ?? [];
  if (logical === undefined || type.length > 256) {
    return `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`;
  }
  const value = logical === 'Binary' ? BinaryValue : StringValue;
  if (value === undefined || value === '') {
    return `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${logical}'.`;
  }
  if (logical === 'Number' && !(value.trim() === value && Number.isFinite(Number(value)))) {
    return `Can't cast the value of message attribute '${name}' to a number.`;
  }
  return undefined;
}

/**
 * The input's attributes. SNS shares the rules under an error of its own and without the limit.
 *
 * @throws what `refuse` makes of the reason
 */
export function readAttributes(
  input: Readonly<Record<string, unknown>>,
  member: string,
  { refuse = invalidValue, max = MAX_ATTRIBUTES }: { refuse?: (reason: string) => Error; max?: number } = {},
): MessageAttributes {
  const given = readStructure(input, member) ?? {};
  const names = Object.keys(given);
  if (names.length > max)
    throw refuse(`Number of message attributes [${names.length}] exceeds the allowed maximum [${max}].`);
  return Object.fromEntries(
    names.map((name) => {
      const value = readStructure(given, name) ?? {};
      const text = readString(value, 'StringValue');
      const binary = readString(value, 'BinaryValue');
      const attribute: MessageAttribute = {
        DataType: readString(value, 'DataType') ?? '',
        ...(text === undefined ? {} : { StringValue: text }),
        ...(binary === undefined ? {} : { BinaryValue: binary }),
      };
      const fault = faultOf(name, attribute);
      if (fault !== undefined) throw refuse(fault);
      return [name, attribute];
    }),
  );
}

/** Bytes that attributes add to a message: names, types and values. */
export function attributesSize(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (size, [name, attribute]) =>
      size + Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + bytesOf(attribute).length,
    0,
  );
}

export const md5 = (data: string | Buffer) => createHash('md5').update(data).digest('hex');

const withLength = (bytes: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** The checksum that clients compare, as the developer guide defines it; undefined without attributes. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const sorted = Object.entries(attributes).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (sorted.length === 0) return undefined;
  const parts = sorted.flatMap(([name, attribute]) => [
    withLength(Buffer.from(name)),
    withLength(Buffer.from(attribute.DataType)),
    Buffer.from([attribute.DataType.startsWith('Binary') ? 2 : 1]),
    withLength(bytesOf(attribute)),
  ]);
  return md5(Buffer.concat(parts));
}
