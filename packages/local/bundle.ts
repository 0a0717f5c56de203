import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { lazyBuiltins } from '../../build/lazy-builtins.ts';

const ROOT = import.meta.dirname;
const OUT = join(ROOT, 'dist/bundle');

/** Starts fast: a few files instead of hundreds. */
await rm(OUT, { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: {
    index: 'src/index.ts',
    internal: 'src/internal.ts',
    cli: 'src/cli/main.ts',
    dev: 'src/dev/index.ts',
    // A separate process, which managed-instance.ts finds beside the file that it is in.
    'runtime-client': 'src/launcher/function/runtime-client.ts',
  },
  outdir: OUT,
  bundle: true,
  external: ['croner', 'yaml'],
  // Each service is a file that its first call loads.
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  plugins: [lazyBuiltins(ROOT)],
  logLevel: 'warning',
});
