import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedHash } from './keyed-hash.ts';

const ascii = fc.string({
  unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});

describe('keyedHash', () => {
  it('is the HMAC that Node makes, for any key of a block and any ASCII text, in any order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(ascii, { minLength: 1, maxLength: 5 }), (key, texts) => {
        const ours = keyedHash(key, 300);
        for (const text of texts) expect(ours(text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
      }),
    );
  });

  it('refuses a text that would be cut', () => {
    const hash = keyedHash(new Uint8Array(32), 10);
    expect(() => hash('12345678901')).toThrow(new RangeError('Cannot sign 11 characters: 10 at most'));
    expect(hash('1234567890')).toHaveLength(64);
  });
});
