import { builtin } from '@twelvefold/core/internal';

/** SHA-256's block, in bytes. */
const BLOCK = 64;
const DIGEST = 32;

/** The HMAC-SHA-256 of an ASCII text, in hexadecimal. */
export type KeyedHash = (text: string) => string;

/**
 * HMAC-SHA-256 (RFC 2104) under one key of at most 64 bytes, of texts of at most `maxLength`
 * characters. Node's one-shot hashes, twice, over a key that is padded once, cost half of an `Hmac`
 * object each time: 1.9 us against 3.8 us (Node 24).
 *
 * @throws RangeError for a longer text.
 */
export function keyedHash(key: Uint8Array, maxLength: number): KeyedHash {
  const { hash } = builtin('node:crypto');
  const inner = Buffer.alloc(BLOCK + maxLength, 0x36);
  const outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);
  key.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  return (text) => {
    if (text.length > maxLength) throw new RangeError(`Cannot sign ${text.length} characters: ${maxLength} at most`);
    const end = BLOCK + inner.write(text, BLOCK, 'latin1');
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), BLOCK, 'latin1');
    return hash('sha256', outer);
  };
}
