import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, inflateRawSync } from 'node:zlib';
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

/** The files of a zip by its central directory. (Python's zipfile and unzip read the same.) */
function readZip(zip: Buffer): { name: string; mode: number; content: Buffer }[] {
  const end = zip.lastIndexOf('PK\x05\x06');
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    expect(zip.toString('latin1', at, at + 4)).toBe('PK\x01\x02');
    const [packed, length, names] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28)];
    const local = zip.readUInt32LE(at + 42);
    expect(zip.toString('latin1', local, local + 4)).toBe('PK\x03\x04');
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = inflateRawSync(zip.subarray(data, data + packed));
    expect([content.length, crc32(content)]).toEqual([length, zip.readUInt32LE(at + 16)]);
    const mode = zip.readUInt32LE(at + 38) >>> 16;
    const name = zip.toString('utf8', at + 46, at + 46 + names);
    at += 46 + names + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    return { name, mode, content };
  });
}

it('zips each function, with the same bytes for the same code', async () => {
  const sourceDirectory = join(import.meta.dirname, '../../../../examples/orders');
  const [component] = manifest.components;
  if (!component) throw new Error('orders has components');
  const one = { ...manifest, components: [component] };
  const options = { conditions: ['@twelvefold/source'] };
  const zipped = async (name: string) => {
    const outDirectory = join(folder, name);
    await bundleFunctions({ manifest: one, sourceDirectory, outDirectory, build, options, zip: true });
    return readFile(join(outDirectory, 'lambda/http.zip'));
  };
  const zip = await zipped('first');
  expect((await zipped('second')).equals(zip)).toBe(true);
  const files = readZip(zip);
  expect(files.map(({ name, mode }) => `${name} ${mode.toString(8)}`)).toEqual([
    'http.js 100644',
    'http.js.map 100644',
    'package.json 100644',
  ]);
  for (const { name, content } of files) {
    expect(content.equals(await readFile(join(folder, 'first/lambda/http', name))), name).toBe(true);
  }
});

it('refuses unknown options', async () => {
  const options: object = { manifest, out: 'dist' };
  await expect(bundleFunctions(options as Parameters<typeof bundleFunctions>[0])).rejects.toThrow(
    "Cannot bundle functions: unknown option 'out'",
  );
});
