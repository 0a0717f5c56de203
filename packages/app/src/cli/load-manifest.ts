import type { Manifest } from '../manifest/manifest.ts';
import type { CommandIo } from './command.ts';

const isManifest = (value: unknown): value is Manifest => {
  const manifest = value as Partial<Manifest> | null | undefined; // every field read is checked here
  return manifest?.version === 2 && [manifest.components, manifest.resources].every((list) => Array.isArray(list));
};

/** The manifest that a module exports. @throws TypeError for an export that is not a manifest */
export async function loadManifest(io: CommandIo, module: string, name: string): Promise<Manifest> {
  const value = await io.load(module, name);
  if (isManifest(value)) return value;
  throw new TypeError(
    `Cannot read the manifest: the export '${name}' of ${module} is none; export what buildManifest(app, entries) of 'twelvefold/manifest' returns`,
  );
}

/** The manifest in a file. @throws Error naming the file */
export async function readManifestFile(io: CommandIo, file: string): Promise<Manifest> {
  const text = await io.readFile(file);
  if (text === undefined) throw new Error(`Cannot read the manifest ${file}: there is no such file`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot read the manifest ${file}: it is not JSON`, { cause: error });
  }
  if (isManifest(value)) return value;
  throw new Error(`Cannot read the manifest ${file}: write it with twelvefold manifest --out ${file}`);
}
