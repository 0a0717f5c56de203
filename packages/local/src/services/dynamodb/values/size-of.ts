import type { Attributes, AttributeValue } from './attribute-value.ts';

const significantDigits = (number: string) =>
  number.replace('-', '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;

function sizeOfNumber(number: string): number {
  const digits = significantDigits(number);
  if (digits === 0) return 1;
  return Math.ceil(digits / 2) + 1 + (number.startsWith('-') ? 1 : 0);
}

const sizeOfBinary = (base64: string) => Buffer.byteLength(base64, 'base64');
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

function sizeOfValue(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return sizeOfNumber(value.N);
  if ('B' in value) return sizeOfBinary(value.B);
  if ('SS' in value) return sum(value.SS.map((member) => Buffer.byteLength(member)));
  if ('NS' in value) return sum(value.NS.map(sizeOfNumber));
  if ('BS' in value) return sum(value.BS.map(sizeOfBinary));
  // A list or map costs 3 bytes and each of its elements 1 more.
  if ('L' in value) return 3 + sum(value.L.map((element) => 1 + sizeOfValue(element)));
  if ('M' in value) return 3 + sizeOf(value.M) + Object.keys(value.M).length;
  return 1;
}

/** The size of an item in bytes, attribute names included. Source: "DynamoDB item sizes and formats" in the developer guide. */
export function sizeOf(attributes: Attributes): number {
  let size = 0;
  for (const [name, value] of Object.entries(attributes)) size += Buffer.byteLength(name) + sizeOfValue(value);
  return size;
}
