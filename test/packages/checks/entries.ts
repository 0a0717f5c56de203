import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from './check.ts';

/**
 * Every file that `exports` and `bin` name is in the tarball, and a bin names its interpreter.
 * Entries are bundled all or none: a module that one entry bundles and another does not would exist
 * twice in a process, with two scopes.
 */
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
  const defaults = Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [{ subpath, bundled: target.default?.startsWith('./dist/bundle/') ?? false }],
  );
  if (defaults.some(({ bundled }) => bundled)) {
    for (const { subpath, bundled } of defaults) {
      if (!bundled) faults.push(`exports["${subpath}"].default is not in dist/bundle, as the other entries are`);
    }
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
