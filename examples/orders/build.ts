import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** One bundle per function, and one each for the service and the admin entry. */
const entryPoints = [
  'lambda/http.ts',
  'lambda/orders.ts',
  'lambda/notifications.ts',
  'lambda/tasks.ts',
  'ecs.ts',
  'admin.ts',
];

const { metafile } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints,
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
  // Not loaded as long as calls go over the lean transport, which is the default: left out, a function is a quarter of its size.
  // Whoever needs the SDK (`transport: 'sdk'`, profiles, SSO) takes this line out, or on Lambda uses the one of the runtime.
  external: ['@aws-sdk/*'],
  // Some of the SDK's dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await writeFile(`${import.meta.dirname}/dist/metafile.json`, JSON.stringify(metafile));
