import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor, encodeCbor } from './cbor.ts';

const hex = (text: string) => decodeCbor(Buffer.from(text, 'hex'));

describe('CBOR', () => {
  // RFC 8949, appendix A.
  it.each([
    ['1818', 24],
    ['1903e8', 1000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['3903e7', -1000],
    ['f90001', 2 ** -24],
    ['f93c00', 1],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f6', null],
    ['f7', null],
    ['c11a514b67b0', 1_363_896_240],
    ['4401020304', 'AQIDBA=='],
    ['6449455446', 'IETF'],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['5f42010243030405ff', 'AQIDBAU='],
    ['83010203', [1, 2, 3]],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ])('%s reads as %j', (text, value) => expect(hex(text)).toEqual(value));

  it.each([
    '',
    '18',
    '1c',
    'ff',
    '61',
    '62ff',
    '61ff',
    '8201',
    '81ff',
    'a101',
    'a16161',
    'bf6161ff',
    '0101',
    '5f6161ff',
    '1f',
    'c1ff',
    'f8ff',
  ])('"%s" is refused', (text) => expect(() => hex(text)).toThrow());

  it('is refused beyond a depth', () => {
    expect(() => decodeCbor(Buffer.alloc(100_000, 0x81))).toThrow('it is nested too deeply');
    expect(() => decodeCbor(Buffer.alloc(100_000, 0xc1))).toThrow('it is nested too deeply');
  });

  it('writes what it reads', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const expected = JSON.parse(JSON.stringify(value));
        expect(decodeCbor(encodeCbor(expected, []))).toEqual(expected);
      }),
    );
  });

  it('tags times', () => {
    expect(encodeCbor({ At: 1, List: { At: [2.5] }, Other: 1 }, ['At']).toString('hex')).toBe(
      'a3624174c101644c697374a162417481c1fb4004000000000000654f7468657201',
    );
  });
});
