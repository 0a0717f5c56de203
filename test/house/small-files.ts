import { readFile } from 'node:fs/promises';
import { readImports } from './read-imports.ts';

const MIN_LINES = 30;

/** Entries export what others define: nothing can be folded into them. */
const ENTRY = /\/(?:index|internal)\.ts$/;
const SOURCE = /^packages\/[^/]+\/src\/(?!.*(?:\.(?:test|fixture)\.ts$|\/fixtures\/))/;
const VALUE = /^(?:export )?(?:default )?(?:abstract |async )?(?:function\*?|const|let|class|enum) /m;

/**
 * The source files of under 30 lines that a single source file imports. Types, errors, entries and
 * what only an entry imports are left out, and so is what `import()` loads.
 *
 * @param files Paths of TypeScript files, relative to `root`.
 * @param root A folder, with a trailing slash.
 */
export async function smallFiles(files: readonly string[], root: URL): Promise<string[]> {
  const sources = files.filter((file) => SOURCE.test(file));
  const importers = new Map<string, Set<string>>();
  for (const [importer, paths] of await readImports(sources, root)) {
    for (const path of paths) importers.set(path, (importers.get(path) ?? new Set()).add(importer));
  }
  const small: string[] = [];
  for (const file of sources) {
    const [importer, ...others] = importers.get(file) ?? [];
    if (importer === undefined || others.length > 0) continue;
    if (ENTRY.test(importer) || ENTRY.test(file) || file.endsWith('-error.ts')) continue;
    const text = await readFile(new URL(file, root), 'utf8').catch(() => '');
    if (VALUE.test(text) && text.trimEnd().split('\n').length < MIN_LINES) small.push(file);
  }
  return small.sort();
}
