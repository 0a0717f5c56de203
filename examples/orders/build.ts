import { writeFile } from 'node:fs/promises';
import type { BuildOptions, Metafile } from 'esbuild';
import { build } from 'esbuild';
import { leaveOutDrivers } from 'twelvefold/esbuild';
import { manifest } from './manifest.ts';

const options = {
  absWorkingDir: import.meta.dirname,
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  metafile: true,
  // Not loaded as long as calls go over the lean transport, which is the default: left out, a
  // function is a quarter of its size. An app that needs the SDK (`transport: 'sdk'`, profiles,
  // SSO) takes this line out, or on Lambda uses the runtime's.
  external: ['@aws-sdk/*'],
  // Some of the SDK's dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
} as const satisfies BuildOptions;

// One bundle per function, with the drivers that its component opens, and one each for the service
// and the admin entry.
const results = await Promise.all([
  build({ ...options, entryPoints: ['ecs.ts', 'admin.ts'] }),
  ...[...manifest.components, ...(manifest.supervisor ? [manifest.supervisor] : [])].map(({ name, entry }) =>
    build({
      ...options,
      entryPoints: [entry.replace(/\.js$/, '.ts')],
      plugins: [leaveOutDrivers(manifest, name)],
    }),
  ),
]);
const metafile: Metafile = {
  inputs: Object.assign({}, ...results.map((result) => result.metafile.inputs)),
  outputs: Object.assign({}, ...results.map((result) => result.metafile.outputs)),
};
await writeFile(`${import.meta.dirname}/dist/metafile.json`, JSON.stringify(metafile));
