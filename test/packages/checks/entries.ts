import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from './check.ts';

/** Every file that `exports` and `bin` name is in the tarball, and a bin says what runs it. */
export const entriesCheck: Check = async ({ folder, files, manifest }) => {
  const packed = new Set(files.map((path) => `./${path}`));
  const faults: string[] = [];
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    const conditions = typeof target === 'string' ? { default: target } : target;
    for (const [condition, path] of Object.entries(conditions)) {
      if (!packed.has(path)) faults.push(`exports["${subpath}"].${condition} is ${path}, which is not packed`);
    }
    if (subpath !== './package.json' && !('types' in conditions)) faults.push(`exports["${subpath}"] has no types`);
  }
  for (const [command, path] of Object.entries(manifest.bin ?? {})) {
    if (!packed.has(path)) {
      faults.push(`bin.${command} is ${path}, which is not packed`);
      continue;
    }
    // npm makes an installed bin executable; the consumer test runs it.
    const start = (await readFile(join(folder, path), 'utf8')).split('\n', 1)[0];
    if (start !== '#!/usr/bin/env node')
      faults.push(`bin.${command} (${path}) does not start with '#!/usr/bin/env node'`);
  }
  return faults;
};
