import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PackageManifest } from './package-manifest.ts';
import { REPOSITORY } from './repository.ts';

export interface PackedPackage {
  readonly name: string;
  /** The package's folder; every packed file is there under the same relative path. */
  readonly folder: string;
  readonly manifest: PackageManifest;
  readonly tarball: string;
  /** Paths inside the tarball, `/`-separated, such as `dist/index.js`. */
  readonly files: readonly string[];
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

/**
 * Packs every package of `packages/` into `destination`, as publishing would.
 * @throws Error when a package has not been built or npm cannot pack it.
 */
export async function packPackages(destination: string): Promise<readonly PackedPackage[]> {
  const names = (await readdir(join(REPOSITORY, 'packages'))).sort();
  for (const name of names) {
    if (!existsSync(join(REPOSITORY, 'packages', name, 'dist'))) {
      throw new Error(`Cannot pack packages/${name}: it has no dist; run 'npm run build' first`);
    }
  }
  const folders = names.map((name) => `./packages/${name}`);
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', destination, ...folders],
    { cwd: REPOSITORY, maxBuffer: 64 * 1024 * 1024 },
  );
  // The shape that npm 11 prints for --json, in the order of its arguments.
  const packed: ReadonlyArray<{
    name: string;
    filename: string;
    size: number;
    unpackedSize: number;
    files: ReadonlyArray<{ path: string }>;
  }> = JSON.parse(stdout);
  return Promise.all(
    names.map(async (folderName) => {
      const folder = join(REPOSITORY, 'packages', folderName);
      const manifest: PackageManifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      const entry = packed.find(({ name }) => name === manifest.name);
      if (entry === undefined) throw new Error(`Cannot pack ${manifest.name}: npm did not report a tarball for it`);
      return {
        name: entry.name,
        folder,
        manifest,
        tarball: join(destination, entry.filename),
        files: entry.files.map(({ path }) => path),
        packedBytes: entry.size,
        unpackedBytes: entry.unpackedSize,
      };
    }),
  );
}
