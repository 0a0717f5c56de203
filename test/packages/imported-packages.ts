import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { PackedPackage } from './pack-packages.ts';

/** Each package that a packed package imports, with the first file that does, types included. */
export async function importedPackages({ folder, files }: PackedPackage): Promise<ReadonlyMap<string, string>> {
  const importers = new Map<string, string>();
  const found = (specifier: string, file: string) => {
    // Node's own types are of the Node version that the user's project runs on: @types/node is the
    // project's choice.
    if (specifier.startsWith('.') || isBuiltin(specifier)) return;
    const name = packageOf(specifier);
    if (!importers.has(name)) importers.set(name, file);
  };

  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: files.filter((path) => path.endsWith('.js')),
    outdir: 'never-written',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path, external } of imports) if (external) found(path, file);
  }
  for (const file of files.filter((path) => path.endsWith('.d.ts'))) {
    for (const specifier of typeImports(await readFile(join(folder, file), 'utf8'))) found(specifier, file);
  }
  return importers;
}

/**
 * The imports of a declaration file that tsc wrote, without those of the examples in its
 * docstrings.
 */
function typeImports(declarations: string): readonly string[] {
  const code = declarations.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, specifier = '']) => specifier);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
