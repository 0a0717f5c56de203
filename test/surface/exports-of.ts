import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** An exported name's kind and the file that declares it. */
export interface Exported {
  readonly kind: 'class' | 'const' | 'function' | 'interface' | 'type' | 'third-party';
  readonly origin: string;
}

const LIST = /^export (type )?\{([^}]*)\}(?: from '([^']+)')?;/gm;
const DECLARATION = /^export (?:declare )?(?:async )?(?:abstract )?(function|class|const|let|interface|type) (\w+)/gm;

/**
 * The names that a module exports, sorted. Reads explicit lists and declarations; this repository
 * uses nothing else (`noReExportAll`).
 *
 * @param resolve The file of a package's subpath, or `undefined` for a third-party package.
 */
export async function exportsOf(
  file: string,
  resolve: (specifier: string) => string | undefined,
): Promise<Map<string, Exported>> {
  const source = (await readFile(file, 'utf8')).replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const found = new Map<string, Exported>();
  for (const [, keyword = '', name = ''] of source.matchAll(DECLARATION)) {
    const kind = keyword === 'let' ? 'const' : (keyword as Exported['kind']);
    // A type and a value may share a name; the value is the larger promise.
    if (!found.has(name) || kind !== 'type') found.set(name, { kind, origin: file });
  }
  for (const [, , list = '', from] of source.matchAll(LIST)) {
    const target = from?.startsWith('.') ? join(dirname(file), from) : from && resolve(from);
    const declared = target === undefined ? undefined : await exportsOf(target, resolve);
    for (const entry of list
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '')) {
      const [name = '', alias = name] = entry.replace(/^type /, '').split(' as ');
      found.set(alias, declared?.get(name) ?? (await importedAs(source, name, file, resolve)));
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The declaration behind `import { name }` in a module that exports `name` in a list. */
async function importedAs(
  source: string,
  name: string,
  file: string,
  resolve: (specifier: string) => string | undefined,
): Promise<Exported> {
  const pattern = new RegExp(`^import (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '([^']+)';`, 'm');
  const from = pattern.exec(source)?.[1];
  const target = from?.startsWith('.') ? join(dirname(file), from) : from && resolve(from);
  const declared = target === undefined ? undefined : await exportsOf(target, resolve);
  return declared?.get(name) ?? { kind: 'third-party', origin: from ?? file };
}
