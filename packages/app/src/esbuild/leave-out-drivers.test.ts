import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leaveOutDrivers, unusedDrivers } from './leave-out-drivers.ts';

const manifest = {
  components: [
    { name: 'front', modules: ['test-driver/one'] },
    { name: 'idle', modules: [] },
  ],
  resources: [{ modules: ['test-driver/one', 'test-driver/two'] }, { modules: ['test-driver/two'] }],
};
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.leave-out-'));
  await writeFile(
    join(folder, 'entry.js'),
    `export const one = () => import('test-driver/one').then(({ open }) => open());
     export const two = () => import('test-driver/two').then(({ open }) => open());
     export const lazily = () => import('./lazily.js').then(({ value }) => value);`,
  );
  await writeFile(join(folder, 'lazily.js'), `import { open } from 'test-driver/two'; export const value = open();`);
  await writeFile(join(folder, 'driver.js'), `export const open = () => 'MARKER';`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('lists the drivers that a component does not open', () => {
  expect(unusedDrivers(manifest, 'front')).toEqual(['test-driver/two']);
  expect(unusedDrivers(manifest, 'idle')).toEqual(['test-driver/one', 'test-driver/two']);
  expect(() => unusedDrivers(manifest, 'fornt')).toThrow(
    "Cannot bundle 'fornt': the manifest has no such component (components: front, idle)",
  );
});

it('leaves out the drivers of kinds that the app does not have, and none that other code imports', async () => {
  const lines = [
    `export { queue } from '@twelvefold/backing';`,
    `export const own = () => import('@twelvefold/backing/dynamodb-table');`,
  ];
  await writeFile(join(folder, 'kinds.js'), lines.join('\n'));
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['kinds.js'],
    outfile: join(folder, 'kinds.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@twelvefold/source', 'module'],
    external: ['@aws-sdk/*'],
    metafile: true,
    plugins: [leaveOutDrivers(manifest, 'front')],
  });
  const drivers = Object.keys(metafile.inputs).flatMap((file) => /backing\/src\/(\w+)\/drivers/.exec(file)?.[1] ?? []);
  expect([...new Set(drivers)]).toEqual(['table']);
});

it('puts an error in their place, which a component that needs none never meets', async () => {
  const outfile = join(folder, 'out.mjs');
  const result = await build({
    absWorkingDir: folder,
    entryPoints: ['entry.js'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: { 'test-driver/one': './driver.js' },
    plugins: [leaveOutDrivers(manifest, 'front')],
    logLevel: 'silent',
  });
  expect(result.warnings).toEqual([]);
  const bundle = await import(pathToFileURL(outfile).href);
  expect(await bundle.one()).toBe('MARKER');
  const reason = "Cannot open test-driver/two: the bundle of 'front' was built without it";
  await expect(bundle.two()).rejects.toThrow(reason);
  await expect(bundle.lazily()).rejects.toThrow(reason);
});

it('leaves out what a manifest is made of, and says so when it is asked for', async () => {
  const lines = [
    `import { queue } from '@twelvefold/backing';`,
    `import { defineConfig, env } from '@twelvefold/config';`,
    `import * as z from 'zod/mini';`,
    `const schema = z.object({ id: z.string() });`,
    `export { template } from './own-template.js';`,
    `export const orders = queue('orders', { schema });`,
    `export const config = defineConfig({ schema, sources: [env()] });`,
  ];
  await writeFile(join(folder, 'template.js'), lines.join('\n'));
  await writeFile(join(folder, 'own-template.js'), `export const template = () => 'OWN';`);
  const outfile = join(folder, 'template.mjs');
  await build({
    absWorkingDir: folder,
    entryPoints: ['template.js'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@twelvefold/source', 'module'],
    plugins: [leaveOutDrivers(manifest, 'front')],
  });
  const text = await readFile(outfile, 'utf8');
  expect(text).not.toContain('AWS::SQS::QueuePolicy');
  expect(text).not.toContain('kms:Decrypt');
  const bundle = await import(pathToFileURL(outfile).href);
  expect(bundle.template()).toBe('OWN');
  const reason = "Cannot describe infrastructure or plan config: the bundle of 'front' was built without it";
  expect(() => bundle.config.plan({ app: 'orders', stage: 'test' })).toThrow(reason);
});

it('does not mistake a folder of the app for a package that the app does not find', async () => {
  // An app with a strict package manager finds `twelvefold` only.
  const own = await mkdtemp(join(tmpdir(), 'own-config-'));
  await mkdir(join(own, 'config'));
  const library = join(import.meta.dirname, '../../../config/src/index.ts');
  await writeFile(
    join(own, 'entry.js'),
    `export { text } from './config/index.js'; export { defineConfig } from 'library';`,
  );
  await writeFile(join(own, 'config/index.js'), `export { template as text } from './own-template.js';`);
  await writeFile(join(own, 'config/own-template.js'), `export const template = () => 'OWN';`);
  const outfile = join(own, 'out.mjs');
  await build({
    absWorkingDir: own,
    entryPoints: ['entry.js'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@twelvefold/source', 'module'],
    alias: { library },
    plugins: [leaveOutDrivers(manifest, 'front')],
  });
  expect(await readFile(outfile, 'utf8')).not.toContain('kms:Decrypt');
  expect((await import(pathToFileURL(outfile).href)).text()).toBe('OWN');
  await rm(own, { recursive: true });
});
