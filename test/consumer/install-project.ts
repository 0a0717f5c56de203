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

/** The other dependencies of a project, in the versions that this repository is tested with. */
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
  const folder = await copyOf('project');
  const packages = await packPackages(folder);
  await install(folder, { ...(await ownDependencies()), ...tarballs(packages) }, ['--install-strategy=linked']);
  return { folder, packages };
}

/**
 * Installs some of the packages into a new copy of `small-project/`, with npm's default settings.
 */
export async function installSmallProject(packages: readonly PackedPackage[]): Promise<string> {
  const folder = await copyOf('small-project');
  const { '@types/node': types = '' } = await ownDependencies();
  await install(folder, { '@types/node': types, ...tarballs(packages) }, []);
  return folder;
}

async function copyOf(name: string): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'twelvefold-consumer-')));
  await cp(join(import.meta.dirname, name), folder, { recursive: true });
  return folder;
}

function tarballs(packages: readonly PackedPackage[]): Record<string, string> {
  return Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
}

async function install(folder: string, dependencies: Record<string, string>, options: readonly string[]) {
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, stdout, stderr } = await run('npm', ['install', ...options, ...quiet], folder);
  if (code !== 0) throw new Error(`Cannot install the packages: ${stdout}${stderr}`);
}
