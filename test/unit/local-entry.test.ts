import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('loads no service, provisioning or launcher with the entry of @twelvefold/local', async () => {
  const entry = 'src/index.ts';
  const { metafile } = await build({
    absWorkingDir: `${import.meta.dirname}/../../packages/local`,
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: 'dist/unused',
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const { outputs } = metafile;
  const chunks = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry));
  for (const chunk of chunks) {
    for (const { path, kind } of outputs[chunk]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) chunks.add(path);
    }
  }
  const loaded = [...chunks].flatMap((chunk) => Object.keys(outputs[chunk]?.inputs ?? {}));
  expect(loaded).toContain('src/core/dispatch.ts');
  expect(
    loaded.filter((path) =>
      /\/service\.ts$|^src\/(provision|servers|iam|console|dev)\/|\/launch-[\w-]+\.ts$/.test(path),
    ),
  ).toEqual([
    'src/launcher/mapping/launch-event-source-mapping.ts',
    'src/launcher/mapping/launch-stream-mapping.ts',
    'src/servers/find-server.ts',
  ]);
});
