import { validationError } from '../errors.ts';

/**
 * An exact decimal: ± 0.`digits` × 10^`exponent`. `digits` has no zero at either end and is empty
 * for zero.
 */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const ZERO: Decimal = { negative: false, digits: '', exponent: 0 };
const SYNTAX = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d+))?$/;

/**
 * Source: "Data types" in the developer guide: 38 digits; 1E-130 to 9.99…E+125 and their negatives.
 */
const MAX_DIGITS = 38;
const MAX_EXPONENT = 126;
const MIN_EXPONENT = -129;

function make(negative: boolean, digits: string, exponent: number): Decimal {
  const leading = /^0*/.exec(digits)?.[0].length ?? 0;
  const significant = digits.slice(leading).replace(/0+$/, '');
  return significant === '' ? ZERO : { negative, digits: significant, exponent: exponent - leading };
}

function checkRange(value: Decimal): Decimal {
  if (value.digits === '') return value;
  if (value.exponent > MAX_EXPONENT) {
    throw validationError('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (value.exponent < MIN_EXPONENT) {
    throw validationError('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  if (value.digits.length > MAX_DIGITS) {
    throw validationError('Attempting to store more than 38 significant digits in a Number');
  }
  return value;
}

/** @throws ServiceError for what is not a number, has more than 38 digits or is out of range. */
export function parseDecimal(text: string): Decimal {
  if (text === '') throw validationError('The parameter cannot be converted to a numeric value');
  const match = SYNTAX.exec(text);
  if (match === null) throw validationError(`The parameter cannot be converted to a numeric value: ${text}`);
  const [, sign, whole = '', fraction = '', bareFraction = '', exponent = '0'] = match;
  return checkRange(make(sign === '-', whole + fraction + bareFraction, whole.length + Number(exponent)));
}

/** Plain notation, never an exponent, as DynamoDB returns numbers. */
export function formatDecimal({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return sign + digits + '0'.repeat(exponent - digits.length);
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** The exact sum. @throws ServiceError when it does not fit a Number. */
export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const scale = Math.min(left.exponent - left.digits.length, right.exponent - right.digits.length);
  const units = ({ negative, digits, exponent }: Decimal) => {
    const magnitude = BigInt(digits + '0'.repeat(exponent - digits.length - scale));
    return negative ? -magnitude : magnitude;
  };
  const sum = units(left) + units(right);
  const digits = (sum < 0n ? -sum : sum).toString();
  return checkRange(make(sum < 0n, digits, digits.length + scale));
}

export function negateDecimal(value: Decimal): Decimal {
  return value.digits === '' ? value : { ...value, negative: !value.negative };
}
