import type { Decimal } from './decimal.ts';
import { parseDecimal } from './decimal.ts';
import type { AttributeValue } from './value.ts';

/** Makes every exponent a positive number of three digits. */
const EXPONENT_BIAS = 500;

const ASCII = /^[\0-\x7f]*$/;

/** Ninth complement, so that a bigger magnitude sorts lower. */
const complement = (digits: string) => digits.replace(/\d/g, (digit) => String(9 - Number(digit)));

function sortableNumber({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '1';
  const biased = String(exponent + EXPONENT_BIAS).padStart(3, '0');
  // '~' is above every digit: of two negative numbers, the one whose digits end first is the
  // greater.
  return negative ? `0${complement(biased)}${complement(digits)}~` : `2${biased}${digits}`;
}

/**
 * A string that sorts, with plain `<`, where DynamoDB sorts the value among values of its type:
 * strings by their UTF-8 bytes, numbers by value, binary by unsigned bytes. Equal values give equal
 * strings. Undefined for types without an order.
 */
export function sortable(value: AttributeValue): string | undefined {
  if ('S' in value) return ASCII.test(value.S) ? value.S : Buffer.from(value.S).toString('latin1');
  if ('N' in value) return sortableNumber(parseDecimal(value.N));
  if ('B' in value) return Buffer.from(value.B, 'base64').toString('latin1');
  return undefined;
}
