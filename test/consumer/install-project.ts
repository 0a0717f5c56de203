import { cp, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackedPackage } from '../packages/pack-packages.ts';
import { packPackages } from '../packages/pack-packages.ts';
import { REPOSITORY } from '../packages/repository.ts';
import { run } from './run.ts';

export interface InstalledProject {
  readonly folder: string;
  readonly packages: readonly PackedPackage[];
}

/** What a project has beside the packages, in the versions that this repository is tested with. */
async function ownDependencies(): Promise<Record<string, string>> {
  const manifests = await Promise.all(
    ['package.json', 'infra/package.json'].map(
      async (path): Promise<Record<string, Record<string, string>>> =>
        JSON.parse(await readFile(join(REPOSITORY, path), 'utf8')),
    ),
  );
  const versions = Object.assign(
    {},
    ...manifests.flatMap(({ dependencies, devDependencies }) => [dependencies, devDependencies]),
  );
  const wanted = ['zod', 'aws-cdk-lib', 'constructs', '@types/node'];
  return Object.fromEntries(wanted.map((name) => [name, String(versions[name])]));
}

/** Packs the packages and installs them into a new copy of `project/`, outside this repository. */
export async function installProject(): Promise<InstalledProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'twelvefold-consumer-')));
  await cp(join(import.meta.dirname, 'project'), folder, { recursive: true });
  const packages = await packPackages(folder);
  const tarballs = packages.map(({ name, tarball }) => [name, `file:${tarball}`]);
  const dependencies = { ...(await ownDependencies()), ...Object.fromEntries(tarballs) };
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
  const options = ['--install-strategy=linked', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, stdout, stderr } = await run('npm', ['install', ...options], folder);
  if (code !== 0) throw new Error(`Cannot install the packages: ${stdout}${stderr}`);
  return { folder, packages };
}
