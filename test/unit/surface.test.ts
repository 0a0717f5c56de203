import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readSurfaces, surfaceReport } from '../surface/surface.ts';

it('each package exports what its surface.txt lists; `npm run surface` writes it', { timeout: 30_000 }, async () => {
  for (const surface of await readSurfaces()) {
    const file = new URL(`../../packages/${surface.folder}/surface.txt`, import.meta.url);
    expect(surfaceReport(surface), surface.folder).toBe(await readFile(file, 'utf8').catch(() => ''));
  }
});
