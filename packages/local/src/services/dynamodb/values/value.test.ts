import { expect, it } from 'vitest';
import { sizeOf } from './value.ts';

it.each([
  [{ a: { S: '' } }, 1],
  [{ ü: { S: 'ü' } }, 4],
  [{ a: { N: '0' } }, 2],
  [{ a: { N: '-12345' } }, 1 + 3 + 1 + 1],
  [{ a: { N: '1000000' } }, 1 + 2],
  [{ a: { B: 'AQID' } }, 4],
  [{ a: { BOOL: true }, b: { NULL: true as const } }, 4],
  [{ a: { SS: ['ab', 'c'] } }, 4],
  [{ a: { NS: ['1', '22'] } }, 1 + 2 + 2],
  [{ a: { BS: ['AQI=', 'AQ=='] } }, 4],
  [{ a: { L: [{ S: 'x' }] } }, 1 + 3 + 1 + 1],
  [{ a: { M: { k: { S: 'x' } } } }, 1 + 3 + 1 + 1 + 1],
])('measures %j', (attributes, bytes) => {
  expect(sizeOf(attributes)).toBe(bytes);
});
