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

/** The namespace of what stands in for templates. */
const TEMPLATES = 'twelvefold-templates';

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
 * not open, those that the package has for kinds which the app does not have, and what only a
 * manifest is made of (the infrastructure of kinds, the plan of a config). One component to a
 * build, because esbuild resolves a module once for all entry points.
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
      const homes = new Map<string, Promise<string>>();
      /** Whether the importing file is of the package that the bundled code finds. */
      const isIn = async (name: string, { importer, resolveDir }: Import): Promise<boolean> => {
        if (!importer.includes(sep + name + sep)) return false;
        // From each folder: one of the app may be named like a package that it does not find.
        const at = `${name} ${resolveDir}`;
        const found = (path: string) => build.resolve(path, { kind: 'import-statement', resolveDir });
        const home = homes.get(at) ?? found(`@twelvefold/${name}/package.json`).then(({ path }) => dirname(path) + sep);
        homes.set(at, home);
        return importer.startsWith(await home);
      };
      build.onResolve({ filter: /^@twelvefold\/backing\// }, async (args) => {
        if (args.kind !== 'dynamic-import' || used.has(args.path)) return undefined;
        // Drivers of kinds that the app does not have. Nothing reaches them, but esbuild puts
        // each module that some import() names, with all that it imports, into a function.
        return (await isIn('backing', args)) ? replaced(args.path, args.kind) : undefined;
      });
      // A manifest is made at build time: of a kind's resources and of the plan of a config.
      build.onResolve({ filter: /-template\.[jt]s$/ }, async (args) => {
        const isOurs = (await isIn('backing', args)) || (await isIn('config', args));
        return isOurs ? { path: 'template', namespace: TEMPLATES } : undefined;
      });
      build.onLoad({ filter: /^/, namespace: TEMPLATES }, () => {
        const message = `Cannot describe infrastructure or plan config: the bundle of '${component}' was built without it`;
        const contents = `export const template = () => { throw new Error(${JSON.stringify(message)}); };\n`;
        return { contents, loader: 'js' };
      });
      build.onLoad({ filter: /^/, namespace }, ({ path }) => {
        // CommonJS, because a missing export of an ES module would fail the build.
        const contents = `throw new Error(${JSON.stringify(messageFor(path))});\nmodule.exports = {};\n`;
        return { contents, loader: 'js' };
      });
    },
  };
}
