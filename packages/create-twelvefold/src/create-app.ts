import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Template } from './choices.ts';
import { packageJson } from './package-json.ts';
import type { PackageManager } from './package-manager.ts';
import { COMMANDS, forPackageManager } from './package-manager.ts';

export interface AppOptions {
  /** The absolute folder; its last part is the name. */
  readonly folder: string;
  readonly name: string;
  readonly template: Template;
  readonly pm: PackageManager;
  /** The version of Twelvefold's packages. */
  readonly version: string;
  /** The folder of the templates. */
  readonly templates: string;
  readonly overwrite: boolean;
}

/** The name that stands for the app's in the templates. */
const NAME = 'my-app';
/** Layers of files; a later one replaces files of an earlier one. */
const LAYERS: Readonly<Record<Template, readonly string[]>> = {
  service: ['base', 'service'],
  functions: ['base', 'functions'],
  both: ['base', 'service', 'functions', 'both'],
};

/**
 * Writes an app.
 *
 * @returns the files, relative to the folder
 * @throws Error when the folder has files and `overwrite` is off; nothing is written then
 */
export async function createApp(options: AppOptions): Promise<string[]> {
  const { folder, name, template, overwrite } = options;
  const there = existsSync(folder) ? (await readdir(folder)).filter((file) => file !== '.git') : [];
  if (there.length > 0 && !overwrite) {
    throw new Error(`${folder} is not empty: choose another folder, or delete its files with --overwrite`);
  }
  await Promise.all(there.map((file) => rm(join(folder, file), { recursive: true })));
  const files = new Map<string, string>();
  for (const layer of LAYERS[template]) {
    const root = join(options.templates, layer);
    for (const path of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!path.isFile()) continue;
      const file = join(path.parentPath, path.name);
      // npm leaves files of these names out of a package.
      const target = file.slice(root.length + 1).replace(/(^|[/\\])_(gitignore|dockerignore)$/, '$1.$2');
      files.set(target, forPackageManager((await readFile(file, 'utf8')).replaceAll(NAME, name), options.pm));
    }
  }
  files.set('package.json', packageJson(options));
  const { settings } = COMMANDS[options.pm];
  if (settings !== undefined) files.set(settings.file, settings.text);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return [...files.keys()].sort();
}
