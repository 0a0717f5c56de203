import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Row } from '../support/row.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/orders/dist/lambda');
const FUNCTIONS = ['http', 'orders', 'notifications', 'tasks'];

/**
 * Bytes of the example's built functions, and of a minimal handler with and without the AWS SDK in its bundle.
 * @throws Error when the example has not been built.
 */
export async function bundleBytes(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const add = (measure: string, content: Uint8Array) => {
    rows.push({ measure, value: content.byteLength, unit: 'bytes' });
    rows.push({ measure: `${measure}, gzip`, value: gzipSync(content).byteLength, unit: 'bytes' });
  };
  for (const name of FUNCTIONS) {
    const path = join(EXAMPLE, `${name}.js`);
    const content = await readFile(path).catch((cause: unknown) => {
      throw new Error(`Cannot measure ${path}: it is not built; run 'npm run build' first`, { cause });
    });
    add(`Bundle of orders/${name}`, content);
  }
  add('Bundle of a minimal handler', await minimal([]));
  add("Bundle of a minimal handler, the SDK being Lambda's", await minimal(['@aws-sdk/*']));
  return rows;
}

async function minimal(external: string[]): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../handlers/minimal.ts')],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    external,
    write: false,
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('Cannot measure the minimal handler: esbuild wrote nothing');
  return file.contents;
}
