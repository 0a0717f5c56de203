import { build } from 'esbuild';

/** The service and the admin tasks, as the image runs them: dist/ecs.js and dist/admin.js. */
await build({
  entryPoints: { ecs: 'service.ts', admin: 'admin.ts' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // CommonJS libraries, e.g. pg, call require() for Node's modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
