import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { importCircles } from '../house/import-circles.ts';
import type { Override } from '../house/imports.ts';
import { importRules, ROOMS, refusesImports } from '../house/imports.ts';
import { smallFiles } from '../house/small-files.ts';

const ROOT = new URL('../../', import.meta.url);

it('biome.json has the import rules of the table; `npm run house` writes them', async () => {
  const { overrides }: { overrides: Override[] } = JSON.parse(await readFile(new URL('biome.json', ROOT), 'utf8'));
  expect(overrides.filter((override) => refusesImports(override))).toEqual(importRules());
});

it('the table has no circle, and a room for each package', async () => {
  const below = (folder: string): string[] =>
    (ROOMS[folder]?.mayImport ?? []).flatMap((other) => [other, ...below(other)]);
  for (const folder of Object.keys(ROOMS)) expect(below(folder)).not.toContain(folder);
  const packages = execFileSync('git', ['ls-files', 'packages/*/package.json'], { cwd: ROOT, encoding: 'utf8' });
  expect(packages.trim().split('\n')).toEqual(
    Object.keys(ROOMS)
      .sort()
      .map((folder) => `packages/${folder}/package.json`),
  );
});

it('no files import each other in a circle, not even for types', { timeout: 60_000 }, async () => {
  const files = execFileSync('git', ['ls-files', '--', '*.ts'], { cwd: ROOT, encoding: 'utf8' });
  expect(await importCircles(files.trim().split('\n'), ROOT)).toEqual([]);
});

it('no file has more than 400 lines', async () => {
  const files = execFileSync('git', ['ls-files', '--', '*.ts'], { cwd: ROOT, encoding: 'utf8' });
  const long: string[] = [];
  for (const file of files.trim().split('\n')) {
    const source = await readFile(new URL(file, ROOT), 'utf8').catch(() => ''); // deleted, not yet committed
    if (source.split('\n').length > 401) long.push(file);
  }
  expect(long).toEqual([]);
});

/** Small files with one importer that stay files, with the reason. */
const SMALL_FILES: Readonly<Record<string, string>> = {
  'packages/cdk/src/manifest/queue-risks.ts': 'a check of the manifest; its importer holds the props of all constructs',
  'packages/cdk/src/monitoring/saved-queries.ts':
    'texts in the query language of Logs Insights; its importer makes constructs',
  'packages/local/src/iam/requests/requests.ts': 'the table of its folder, one line per service',
  'packages/local/src/provision/resource-types/log-group.ts': 'one file per service, listed by made-types.ts',
};

it('a source file under 30 lines with one importer belongs into that importer', async () => {
  const files = execFileSync('git', ['ls-files', '--', 'packages/*.ts'], { cwd: ROOT, encoding: 'utf8' });
  expect(await smallFiles(files.trim().split('\n'), ROOT)).toEqual(Object.keys(SMALL_FILES));
});

it('each entry of a package names its module for the API reference', async () => {
  const manifests = execFileSync('git', ['ls-files', 'packages/*/package.json'], { cwd: ROOT, encoding: 'utf8' });
  const nameless: string[] = [];
  for (const file of manifests.trim().split('\n')) {
    const manifest: { exports?: Record<string, string | Record<string, string>> } = JSON.parse(
      await readFile(new URL(file, ROOT), 'utf8'),
    );
    for (const target of Object.values(manifest.exports ?? {})) {
      const path = typeof target === 'string' ? undefined : target['@twelvefold/source'];
      if (path === undefined) continue;
      const source = await readFile(new URL(path, new URL(file, ROOT)), 'utf8');
      if (!source.includes('@module')) nameless.push(`${file} ${path}`);
    }
  }
  expect(nameless).toEqual([]);
});
