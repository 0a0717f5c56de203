import { mkdir, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Manifest } from '../manifest/manifest.ts';
import { leaveOutDrivers } from './leave-out-drivers.ts';
import { zipFolder } from './zip-folder.ts';

/**
 * The options of {@link bundleFunctions}.
 * @inline
 */
interface BundleFunctionsOptions {
  readonly manifest: Manifest;
  /**
   * The folder that the manifest's entries are relative to, with their sources: `lambda/orders.ts`
   * for `lambda/orders.js`.
   */
  readonly sourceDirectory: string;
  /** Gets one folder per function. Its other content stays. */
  readonly outDirectory: string;
  /** esbuild's `build`, from the version that the app has. */
  readonly build: (options: never) => Promise<unknown>;
  /**
   * Options for esbuild over those of this function, e.g. `{ external: [] }` for an app that needs
   * the AWS SDK.
   *
   * @defaultValue ES modules for Node 22, minified with names kept, linked source maps,
   * `@aws-sdk/*` external: the
   * runtime has it, and with the lean transport nothing loads it
   */
  readonly options?: Readonly<Record<string, unknown>>;
  /**
   * Whether each function's folder is also written as a zip beside it, `lambda/orders.zip`, as
   * Lambda and the pipeline of `@twelvefold/cdk` take it. The same code gives the same bytes.
   *
   * @defaultValue false
   */
  readonly zip?: boolean;
}

/** Some dependencies of the SDK are CommonJS and call require() for Node's modules. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Bundles each function of a manifest into a separate folder, with the drivers that its component
 * opens and no others: `<outDirectory>/lambda/orders/orders.js`, its source map and a
 * `package.json`.
 * A folder is what a function's zip contains, and what `code` of `TwelveFactorApp` takes.
 *
 * @returns the folder, as `code` takes it
 * @throws TypeError for an unknown option; esbuild's error for a source that does not build.
 * @example
 * ```ts
 * import { build } from 'esbuild';
 * import { buildManifest } from 'twelvefold/manifest';
 *
 * const manifest = buildManifest(app, { 'lambda/orders.js': orderConsumer });
 * const code = await bundleFunctions({
 *   manifest,
 *   sourceDirectory: '.',
 *   outDirectory: 'dist/functions',
 *   build,
 * });
 * ```
 */
export async function bundleFunctions(given: BundleFunctionsOptions): Promise<{ readonly directory: string }> {
  const known = ['manifest', 'sourceDirectory', 'outDirectory', 'build', 'options', 'zip'];
  assertKnownOptions('bundle functions', given, known);
  const { manifest, sourceDirectory, outDirectory, build, options = {}, zip = false } = given;
  const functions = [...manifest.components, ...(manifest.supervisor ? [manifest.supervisor] : [])];
  await Promise.all(
    functions.map(async ({ name, entry }) => {
      const { dir, name: file, ext } = parse(entry);
      const folder = join(outDirectory, dir, file);
      await mkdir(folder, { recursive: true });
      const all = {
        entryPoints: [join(sourceDirectory, dir, `${file}${ext.replace('js', 'ts')}`)],
        outfile: join(folder, `${file}${ext}`),
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node22',
        minify: true,
        keepNames: true,
        sourcemap: 'linked',
        external: ['@aws-sdk/*'],
        banner: { js: REQUIRE },
        logLevel: 'warning',
        ...options,
        plugins: [leaveOutDrivers(manifest, name), ...((options.plugins as unknown[] | undefined) ?? [])], // esbuild's plugins
      };
      // `never` takes the place of esbuild's types: this package does not depend on esbuild.
      await build(all as never);
      if (ext === '.js') await writeFile(join(folder, 'package.json'), '{"type":"module"}\n');
      if (zip) await writeFile(`${folder}.zip`, await zipFolder(folder));
    }),
  );
  return { directory: outDirectory };
}
