import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { sortable } from './sortable.ts';

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
