import { readFile } from 'node:fs/promises';
import { dirname, normalize } from 'node:path/posix';

const IMPORT = /^(?:import|export)\b(?:(?!^(?:import|export)\b)[^;'"])*from '(\.[^']+)'/gm;

/**
 * The relative paths that each file imports or re-exports, `import type` included and `import()`
 * not. A file that was deleted and is not committed yet has none.
 *
 * @param files Paths of TypeScript files, relative to `root`.
 * @param root A folder, with a trailing slash.
 */
export async function readImports(files: readonly string[], root: URL): Promise<Map<string, string[]>> {
  const imports = new Map<string, string[]>();
  for (const file of files) {
    const text = await readFile(new URL(file, root), 'utf8').catch(() => '');
    const source = text.replaceAll(/\/\*[\s\S]*?\*\//g, '');
    const found = [...source.matchAll(IMPORT)].map(([, path = '']) => normalize(`${dirname(file)}/${path}`));
    imports.set(file, found);
  }
  return imports;
}
