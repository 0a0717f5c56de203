import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { extractBlocks } from '../../docs/examples/extract-examples.ts';
import { manifest } from '../../examples/orders/manifest.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Inside the repository, so that packages resolve. */
const FOLDER = join(ROOT, '.tsbuild/cdk-readme');

beforeAll(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
});
afterAll(() => rm(FOLDER, { recursive: true, force: true }));

it("makes a template without bootstrap by the code in the README of @twelvefold/cdk, on the example's manifest", async () => {
  const [first] = extractBlocks(await readFile(join(ROOT, 'packages/cdk/README.md'), 'utf8'));
  await writeFile(join(FOLDER, 'infra.ts'), first?.code.join('\n') ?? '');
  await writeFile(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
  await writeFile(join(FOLDER, 'manifest.json'), JSON.stringify(manifest));
  const env = { PATH: process.env.PATH, CDK_OUTDIR: join(FOLDER, 'cdk.out'), ...COMPILE_CACHE };
  await promisify(execFile)(process.execPath, ['--conditions=@twelvefold/source', 'infra.ts'], { cwd: FOLDER, env });

  const template = JSON.parse(await readFile(join(FOLDER, 'cdk.out/Orders.template.json'), 'utf8'));
  expect(Object.keys(template.Parameters)).toEqual(expect.arrayContaining(['Stage']));
  expect(template.Parameters).not.toHaveProperty('BootstrapVersion');
  expect(template).not.toHaveProperty('Rules');
  expect(Object.keys(template.Resources)).toEqual(expect.arrayContaining(['OrdersQueue', 'OrdersFunctionRole']));
});
