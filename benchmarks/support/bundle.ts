import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leaveOutDrivers } from 'twelvefold/esbuild';

const HANDLERS = join(import.meta.dirname, '../handlers');
const OUTPUT = join(import.meta.dirname, '../dist');

/**
 * The minimal handler makes its batch consumer itself: its bundle needs no sender, and neither the
 * poller nor the batch consumer that an app would open.
 */
const CONSUMER = { name: 'orders', modules: [] };
const QUEUE = {
  modules: [
    '@twelvefold/backing/sqs-sender',
    '@twelvefold/backing/internal/sqs-poller',
    '@twelvefold/backing/internal/sqs-events',
  ],
};

/** Bundles a handler the way the example is bundled, and returns the bundle's path and size. */
export async function bundle(
  handler: string,
  external: readonly string[] = [],
): Promise<{ path: string; bytes: number }> {
  await mkdir(OUTPUT, { recursive: true });
  const path = join(OUTPUT, `${handler}${external.length > 0 ? '.external' : ''}.mjs`);
  const { metafile } = await build({
    entryPoints: [join(HANDLERS, `${handler}.ts`)],
    outfile: path,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    // The modules of packages that have both: smaller, for everybody.
    mainFields: ['module', 'main'],
    // Our packages from their sources: the same bytes, without a build.
    conditions: ['@twelvefold/source', 'module'],
    external: [...external],
    plugins: [leaveOutDrivers({ components: [CONSUMER], resources: [QUEUE] }, CONSUMER.name)],
    metafile: true,
    // Some of the SDK's dependencies are CommonJS and call require() for Node's own modules.
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
    logLevel: 'error',
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { path, bytes };
}
