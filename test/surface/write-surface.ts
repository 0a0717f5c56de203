/** Writes packages/<folder>/surface.txt and prints the totals. */
import { writeFile } from 'node:fs/promises';
import { countDistinct, countNames, readSurfaces, surfaceReport } from './surface.ts';

const surfaces = await readSurfaces();
for (const surface of surfaces) {
  const file = new URL(`../../packages/${surface.folder}/surface.txt`, import.meta.url);
  await writeFile(file, surfaceReport(surface));
}
const total = (internal: boolean) => surfaces.reduce((sum, surface) => sum + countNames(surface, internal), 0);
for (const surface of surfaces) {
  console.log(`${surface.name.padEnd(24)} ${countNames(surface, false)} public, ${countNames(surface, true)} internal`);
}
const distinct = countDistinct(surfaces);
console.log(`${'total'.padEnd(24)} ${total(false)} public (${distinct} without re-exports), ${total(true)} internal`);
