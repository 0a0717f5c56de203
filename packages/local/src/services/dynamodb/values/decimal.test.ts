import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validationError } from '../errors.ts';
import { addDecimals, formatDecimal, negateDecimal, parseDecimal } from './decimal.ts';
import { sortable } from './sort-key.ts';

/** A number as digits × 10^scale, the reference: BigInt arithmetic on a common scale. */
const numbers = fc
  .record({
    digits: fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
    scale: fc.integer({ min: -130, max: 87 }),
  })
  .filter(({ digits, scale }) => digits === 0n || String(digits).replace('-', '').length + scale > -129);

/** Spells the number in one of the ways that mean it. */
const spell = ({ digits, scale }: { digits: bigint; scale: number }, style: number): string => {
  if (style === 0) return `${digits}e${scale}`;
  if (style === 1) return `${digits}.000E${scale >= 0 ? '+' : ''}${scale}`;
  return `${digits < 0n ? '-' : '+'}00${String(digits).replace('-', '')}${'0'.repeat(5)}e${scale - 5}`;
};

const onCommonScale = ({ digits, scale }: { digits: bigint; scale: number }) => digits * 10n ** BigInt(scale + 140);

/** Reads plain notation back onto the common scale. */
const readPlain = (text: string) => {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const magnitude = BigInt(whole + fraction.padEnd(140, '0').slice(0, 140));
  return text.startsWith('-') ? -magnitude : magnitude;
};

describe('the number codec', { timeout: 60_000 }, () => {
  it('keeps every number of 38 digits exactly, in one spelling', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const texts = [0, 1, 2].map((style) => formatDecimal(parseDecimal(spell(number, style))));
        expect(new Set(texts).size).toBe(1);
        const [text = ''] = texts;
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(readPlain(text)).toBe(onCommonScale(number));
        expect(formatDecimal(parseDecimal(text))).toBe(text);
      }),
    );
  });

  it('adds exactly, or refuses a sum of more than 38 digits', () => {
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const sum = onCommonScale(left) + onCommonScale(right);
        const significant = String(sum).replace('-', '').replace(/0+$/, '').length;
        const add = () => formatDecimal(addDecimals(parseDecimal(spell(left, 0)), parseDecimal(spell(right, 0))));
        const magnitude = String(sum).replace('-', '').length - 140;
        if (significant > 38) expect(add).toThrow('Attempting to store more than 38 significant digits in a Number');
        else if (sum !== 0n && magnitude < -129) expect(add).toThrow('Number underflow');
        else expect(readPlain(add())).toBe(sum);
      }),
    );
  });

  it.each([
    ['0.1', '0.2', '0.3'],
    ['9007199254740993', '1', '9007199254740994'],
    ['-1', '1', '0'],
    ['99999999999999999999999999999999999999', '1', '100000000000000000000000000000000000000'],
  ])('adds %s and %s as people do', (left, right, sum) => {
    expect(formatDecimal(addDecimals(parseDecimal(left), parseDecimal(right)))).toBe(sum);
  });

  it('has one zero', () => {
    for (const zero of ['0', '-0', '0.000', '0e500', '.0', '00.']) expect(formatDecimal(parseDecimal(zero))).toBe('0');
    expect(formatDecimal(negateDecimal(parseDecimal('0')))).toBe('0');
  });

  it.each([
    ['', 'The parameter cannot be converted to a numeric value'],
    ['b', 'The parameter cannot be converted to a numeric value: b'],
    [' 1', 'The parameter cannot be converted to a numeric value:  1'],
    ['1e', 'The parameter cannot be converted to a numeric value: 1e'],
    ['.', 'The parameter cannot be converted to a numeric value: .'],
    ['0x10', 'The parameter cannot be converted to a numeric value: 0x10'],
    ['Infinity', 'The parameter cannot be converted to a numeric value: Infinity'],
    ['1e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['-1e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    [
      '1e99999999999999999999',
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    ],
    ['1e-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    ['1'.repeat(39), 'Attempting to store more than 38 significant digits in a Number'],
  ])('refuses %j', (text, message) => {
    expect(() => parseDecimal(text)).toThrow(validationError(message));
  });

  it('takes the ends of the range', () => {
    expect(formatDecimal(parseDecimal('9.9999999999999999999999999999999999999E+125'))).toBe(
      '9'.repeat(38) + '0'.repeat(88),
    );
    expect(formatDecimal(parseDecimal('-1E-130'))).toBe(`-0.${'0'.repeat(129)}1`);
  });
});

const sign = (order: number | bigint) => (order > 0 ? 1 : order < 0 ? -1 : 0);
const order = (left: string | undefined, right: string | undefined) =>
  left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1;

describe('sortable texts', { timeout: 60_000 }, () => {
  it('order strings by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
        const expected = sign(Buffer.compare(Buffer.from(left), Buffer.from(right)));
        expect(order(sortable({ S: left }), sortable({ S: right }))).toBe(expected);
      }),
    );
    // In UTF-16 a surrogate pair sorts before U+FFFD, in UTF-8 after it.
    expect(order(sortable({ S: '\u{1f600}' }), sortable({ S: '\ufffd' }))).toBe(1);
  });

  it('order binaries by unsigned bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        const text = (bytes: Uint8Array) => sortable({ B: Buffer.from(bytes).toString('base64') });
        expect(order(text(left), text(right))).toBe(sign(Buffer.compare(left, right)));
      }),
    );
  });

  it('order numbers by value', () => {
    const numbers = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -20, max: 20 }));
    fc.assert(
      fc.property(numbers, numbers, ([left, leftScale], [right, rightScale]) => {
        const text = (digits: bigint, scale: number) =>
          sortable({ N: formatDecimal(parseDecimal(`${digits}e${scale}`)) });
        const expected = left * 10n ** BigInt(leftScale + 20) - right * 10n ** BigInt(rightScale + 20);
        expect(order(text(left, leftScale), text(right, rightScale))).toBe(sign(expected));
      }),
    );
    const ascending = [
      '-1e125',
      '-12',
      '-1.23',
      '-1.2',
      '-1',
      '-0.1',
      '-1e-130',
      '0',
      '1e-130',
      '0.1',
      '1',
      '1.2',
      '1.23',
      '12',
    ];
    const texts = ascending.map((N) => sortable({ N }));
    expect([...texts].sort(order)).toEqual(texts);
  });
});
