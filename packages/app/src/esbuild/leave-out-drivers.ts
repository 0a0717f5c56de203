import { dirname, sep } from 'node:path';
import type { Manifest } from '../manifest/manifest.ts';

/** An import that esbuild resolves. */
interface Import {
  readonly path: string;
  readonly kind: string;
  readonly importer: string;
  readonly resolveDir: string;
}

interface Resolved {
  readonly path: string;
  readonly namespace?: string;
  readonly external?: boolean;
}

/** The used part of an esbuild plugin. It saves the dependency on esbuild. */
interface Plugin {
  readonly name: string;
  setup(build: {
    onResolve(options: { filter: RegExp }, callback: (args: Import) => Promise<Resolved | undefined> | Resolved): void;
    resolve(path: string, options: { kind: 'import-statement'; resolveDir: string }): Promise<{ path: string }>;
    onLoad(
      options: { filter: RegExp; namespace: string },
      callback: (args: { path: string }) => { contents: string; loader: 'js' },
    ): void;
  }): void;
}

/** The entries of the package whose kinds import their drivers. */
const BACKING_PACKAGE = '@twelvefold/backing/';

type Drivers = {
  readonly components: ReadonlyArray<Pick<Manifest['components'][number], 'name' | 'modules'>>;
  readonly supervisor?: Pick<NonNullable<Manifest['supervisor']>, 'name' | 'modules'>;
  readonly resources: ReadonlyArray<Pick<Manifest['resources'][number], 'modules'>>;
};

/**
 * The module specifiers of drivers that an app has and a component does not open. An app's
 * definitions are in every bundle, and with them the drivers that their kinds would import: a
 * bundler cannot see that they are never opened.
 *
 * @throws TypeError for a component that the manifest does not have.
 */
export function unusedDrivers({ components, supervisor, resources }: Drivers, component: string): string[] {
  const functions = [...components, ...(supervisor ? [supervisor] : [])];
  const found = functions.find(({ name }) => name === component);
  if (!found) {
    const known = functions.map(({ name }) => name).join(', ');
    throw new TypeError(`Cannot bundle '${component}': the manifest has no such component (components: ${known})`);
  }
  const all = new Set(resources.flatMap(({ modules }) => modules));
  return [...all].filter((module) => !found.modules.includes(module));
}

/**
 * An esbuild plugin for the bundle of one component: leaves out the drivers that the component does
 * not open, and those that the package has for kinds which the app does not have. One component to
 * a build, because esbuild resolves a module once for all entry points.
 *
 * @throws TypeError for a component that the manifest does not have.
 * @example
 * ```ts
 * import { build } from 'esbuild';
 * import { buildManifest } from 'twelvefold/manifest';
 *
 * const manifest = buildManifest(app, { 'lambda/orders.js': orderConsumer });
 * for (const { name, entry } of manifest.components) {
 *   const entryPoints = [entry.replace(/js$/, 'ts')];
 *   const plugins = [leaveOutDrivers(manifest, name)];
 *   await build({ entryPoints, bundle: true, outdir: 'dist', plugins });
 * }
 * ```
 */
export function leaveOutDrivers(manifest: Drivers, component: string): Plugin {
  const unused = new Set(unusedDrivers(manifest, component));
  const used = new Set(manifest.components.find(({ name }) => name === component)?.modules);
  const namespace = 'twelvefold-unused-driver';
  return {
    name: namespace,
    setup(build) {
      const messageFor = (path: string) =>
        `Cannot open ${path}: the bundle of '${component}' was built without it; bundle it again with a new manifest`;
      const replaced = (path: string, kind: string): Resolved => {
        if (kind !== 'dynamic-import') return { path, namespace };
        // Node makes a module of this URL. In the bundle it would take a function around it.
        const code = `throw new Error(${JSON.stringify(messageFor(path))})`;
        return { path: `data:text/javascript,${code.replaceAll(/[#%?]/g, encodeURIComponent)}`, external: true };
      };
      const escaped = [...unused].map((driver) => driver.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&'));
      if (escaped.length > 0) {
        build.onResolve({ filter: new RegExp(`^(${escaped.join('|')})$`) }, ({ path, kind }) => replaced(path, kind));
      }
      let home: Promise<string> | undefined;
      /** The folder of our package, where the bundled code finds it. */
      const homeOf = async (resolveDir: string): Promise<string> => {
        const found = await build.resolve(`${BACKING_PACKAGE}package.json`, { kind: 'import-statement', resolveDir });
        return dirname(found.path);
      };
      build.onResolve({ filter: /^@twelvefold\/backing\// }, async ({ path, kind, importer, resolveDir }) => {
        if (kind !== 'dynamic-import' || used.has(path)) return undefined;
        // Drivers of kinds that the app does not have. Nothing reaches them, but esbuild puts
        // each module that some import() names, with all that it imports, into a function.
        home ??= homeOf(resolveDir);
        return importer.startsWith((await home) + sep) ? replaced(path, kind) : undefined;
      });
      build.onLoad({ filter: /^/, namespace }, ({ path }) => {
        // CommonJS, because a missing export of an ES module would fail the build.
        const contents = `throw new Error(${JSON.stringify(messageFor(path))});\nmodule.exports = {};\n`;
        return { contents, loader: 'js' };
      });
    },
  };
}
