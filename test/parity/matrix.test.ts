import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderMatrix } from './matrix.ts';

it('the README shows the matrix as it is', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(renderMatrix());
});
