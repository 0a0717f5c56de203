import { spawnSync } from 'node:child_process';
import { glob, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ExampleModule, Provider } from './examples/example-module.ts';
import { exampleModule } from './examples/example-module.ts';
import { exportedNames } from './examples/exported-names.ts';
import { extractBlocks, extractExamples } from './examples/extract-examples.ts';

/*
 * Type-checks every `@example` of the packages' docstrings and every example of their READMEs under
 * the settings of the tests. An example may use, without an import, what its package exports to
 * users, `z`, and what docs/preludes/<package>.ts declares; nothing internal.
 */
const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, '.tsbuild/examples');

/** As an example's module imports it. */
const preludeOf = (packageFolder: string) => `../../../docs/preludes/${packageFolder}.ts`;

async function providersOf(packageFolder: string): Promise<readonly Provider[]> {
  const folder = join(ROOT, 'packages', packageFolder);
  const { name, exports }: { name: string; exports: Record<string, string | Record<string, string>> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const providers: Provider[] = [];
  const prelude = await readFile(join(ROOT, 'docs/preludes', `${packageFolder}.ts`), 'utf8').catch(() => undefined);
  if (prelude !== undefined) {
    providers.push({ specifier: preludeOf(packageFolder), names: exportedNames(prelude) });
  }
  for (const [subpath, target] of Object.entries(exports)) {
    const path = typeof target === 'string' ? undefined : target['@twelvefold/source'];
    if (path === undefined || subpath.startsWith('./internal')) continue;
    const names = exportedNames(await readFile(join(folder, path), 'utf8'));
    providers.push({ specifier: `${name}${subpath.slice(1)}`, names });
  }
  return providers;
}

await rm(OUT, { recursive: true, force: true });
const written = new Map<string, ExampleModule & { readonly origin: string }>();
for (const packageFolder of (await readdir(join(ROOT, 'packages'))).sort()) {
  const providers = await providersOf(packageFolder);
  await mkdir(join(OUT, packageFolder), { recursive: true });
  const sources = glob(['README.md', 'src/**/*.ts'], { cwd: join(ROOT, 'packages', packageFolder) });
  for await (const source of sources) {
    const origin = `packages/${packageFolder}/${source}`;
    const text = await readFile(join(ROOT, origin), 'utf8');
    const examples = source.endsWith('.md') ? extractBlocks(text) : extractExamples(text);
    for (const [index, example] of examples.entries()) {
      const module = exampleModule(example, preludeOf(packageFolder), providers);
      const file = `${packageFolder}/${source.replaceAll('/', '-').replace(/\.\w+$/, '')}-${index}.ts`;
      await writeFile(join(OUT, file), module.source);
      written.set(file, { ...module, origin });
    }
  }
}
if (written.size === 0) throw new Error('Cannot check the examples: found none in packages/*/src');
await writeFile(
  join(OUT, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.test.json',
    // An example may import what it shows without using a type-only import, and needs no build
    // info.
    compilerOptions: { verbatimModuleSyntax: false, incremental: false },
    include: ['.', '../../docs/preludes'],
    exclude: [],
  }),
);

const tsc = spawnSync('tsc', ['-p', OUT, '--pretty', 'false'], { cwd: OUT, encoding: 'utf8' });
if (tsc.error !== undefined) throw tsc.error;
for (const text of tsc.stdout.split('\n').filter((line) => line !== '')) {
  const [, file = '', line = '', rest = ''] = /^(.*?)\((\d+),\d+\): (.*)$/.exec(text) ?? [];
  const example = written.get(file);
  const original = example?.lines[Number(line) - 1];
  console.error(example === undefined ? text : `${example.origin}:${original ?? `${basename(file)}:${line}`}: ${rest}`);
}
if (tsc.status !== 0) process.exitCode = 1;
else console.log(`${written.size} examples compile`);
