import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exported } from './exports-of.ts';
import { exportsOf } from './exports-of.ts';

const PACKAGES = join(import.meta.dirname, '../../packages');

/** A package's exported names, by subpath. */
export interface Surface {
  /** The folder below `packages/`. */
  readonly folder: string;
  readonly name: string;
  readonly subpaths: ReadonlyMap<string, ReadonlyMap<string, Exported>>;
}

/** Whether only sibling packages may import a subpath: its names may change in any release. */
const isInternal = (subpath: string): boolean => /^\.\/internal\b/.test(subpath);

/** The surfaces of all packages. */
export async function readSurfaces(): Promise<Surface[]> {
  const manifests = new Map<string, { name: string; exports: Record<string, string | Record<string, string>> }>();
  for (const folder of (await readdir(PACKAGES)).sort()) {
    const text = await readFile(join(PACKAGES, folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) manifests.set(folder, JSON.parse(text));
  }
  const entries = new Map<string, string>();
  for (const [folder, { name, exports }] of manifests) {
    for (const [subpath, target] of Object.entries(exports)) {
      const source = typeof target === 'string' ? undefined : target['@twelvefold/source'];
      if (source !== undefined) entries.set(join(name, subpath), join(PACKAGES, folder, source));
    }
  }
  return await Promise.all(
    [...manifests].map(async ([folder, { name, exports }]) => {
      const subpaths = new Map<string, ReadonlyMap<string, Exported>>();
      for (const subpath of Object.keys(exports)) {
        const file = entries.get(join(name, subpath));
        if (file !== undefined) subpaths.set(subpath, await exportsOf(file, (specifier) => entries.get(specifier)));
      }
      return { folder, name, subpaths };
    }),
  );
}

/** The number of names that a package's public subpaths export, or its internal ones. */
export function countNames({ subpaths }: Surface, internal: boolean): number {
  const names = [...subpaths].filter(([subpath]) => isInternal(subpath) === internal);
  return new Set(names.flatMap(([, exported]) => [...exported].map(([name, { origin }]) => `${name} ${origin}`))).size;
}

/**
 * The number of public names of all packages. A name that one package re-exports from another
 * counts once.
 */
export function countDistinct(surfaces: readonly Surface[]): number {
  const names = surfaces.flatMap(({ subpaths }) =>
    [...subpaths]
      .filter(([subpath]) => !isInternal(subpath))
      .flatMap(([, exported]) => [...exported].map(([name, { origin }]) => `${name} ${origin}`)),
  );
  return new Set(names).size;
}

/** The report that is checked in as `surface.txt` of the package. */
export function surfaceReport(surface: Surface): string {
  const lines = [`${surface.name}: ${countNames(surface, false)} public names, ${countNames(surface, true)} internal`];
  for (const [subpath, exported] of surface.subpaths) {
    lines.push('', isInternal(subpath) ? `${subpath} (for sibling packages only)` : subpath);
    for (const [name, { kind }] of exported) lines.push(`  ${kind.padEnd(11)} ${name}`);
  }
  return `${lines.join('\n')}\n`;
}
