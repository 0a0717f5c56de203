import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manifest } from '../../../../examples/orders/manifest.ts';
import { bundleFunctions } from './bundle-functions.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.bundle-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('gives each function a folder that runs as it is', async () => {
  const sourceDirectory = join(import.meta.dirname, '../../../../examples/orders');
  const options = { conditions: ['@twelvefold/source'] };
  const code = await bundleFunctions({ manifest, sourceDirectory, outDirectory: folder, build, options });
  expect(code).toEqual({ directory: folder });
  for (const { entry } of manifest.components) {
    const name = entry.replace(/^lambda\/(.*)\.js$/, '$1');
    const files = [`${name}.js`, `${name}.js.map`, 'package.json'];
    expect((await readdir(join(folder, 'lambda', name))).sort()).toEqual(files.sort());
  }
  // It gets as far as the first thing that it needs from its environment.
  await expect(import(pathToFileURL(join(folder, 'lambda/orders/orders.js')).href)).rejects.toThrow('TWELVEFOLD_STAGE');
});

it('refuses unknown options', async () => {
  const options: object = { manifest, out: 'dist' };
  await expect(bundleFunctions(options as Parameters<typeof bundleFunctions>[0])).rejects.toThrow(
    "Cannot bundle functions: unknown option 'out'",
  );
});
