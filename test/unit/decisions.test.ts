import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';

it('numbers each decision once', async () => {
  const files = await readdir(new URL('../../docs/decisions/', import.meta.url));
  const numbers = files.map((file) => file.slice(0, 4));
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
});
