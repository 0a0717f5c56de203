import { randomBytes } from 'node:crypto';

/** The letters of AWS's ids and access keys: base 32 of RFC 4648. */
export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const randomLetters = (count: number) => [...randomBytes(count)].map((byte) => BASE32[byte % 32]).join('');
