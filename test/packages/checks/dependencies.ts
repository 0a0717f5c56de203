import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importedPackages } from '../imported-packages.ts';
import type { PackedPackage } from '../pack-packages.ts';
import type { Check } from './check.ts';

/** Packages that dependencies import without declaring them, so that the user would have to. */
const UNDECLARED: ReadonlyMap<string, string> = new Map([
  ['@types/aws-lambda', "Powertools' declarations import aws-lambda"],
]);

/**
 * A package declares the packages that it imports and the required peers of its siblings, declares
 * nothing that is unused, and asks for its siblings in the version that is here.
 */
export const dependenciesCheck: Check = async (packed, all) => {
  const { dependencies = {}, peerDependencies = {}, name: own } = packed.manifest;
  const declared: Readonly<Record<string, string>> = { ...peerDependencies, ...dependencies };
  const needed = new Map<string, string>();
  for (const [name, file] of await importedPackages(packed)) {
    if (name !== own) needed.set(name, `${file} imports ${name}`);
  }
  for (const sibling of all.filter(({ name }) => name in dependencies)) {
    const { peerDependencies: peers = {}, peerDependenciesMeta: meta = {} } = sibling.manifest;
    for (const peer of Object.keys(peers)) {
      if (!meta[peer]?.optional && !needed.has(peer)) needed.set(peer, `${sibling.name} expects ${peer} of its user`);
    }
  }

  for (const [name, why] of UNDECLARED) if (name in dependencies) needed.set(name, why);

  const faults: string[] = [];
  for (const [name, why] of needed) {
    if (!(name in declared)) faults.push(`${why}, which package.json does not declare`);
  }
  for (const name of Object.keys(declared)) {
    const isOptional = packed.manifest.peerDependenciesMeta?.[name]?.optional === true;
    if (needed.has(name) || (isOptional && (await names(packed, name)))) continue;
    faults.push(`package.json declares ${name}, which nothing imports`);
  }
  for (const [name, range] of Object.entries(declared)) {
    const sibling = all.find((other) => other.name === name);
    if (sibling !== undefined && sibling.manifest.version !== range) {
      faults.push(`package.json asks for ${name} ${range}; the one here is ${sibling.manifest.version}`);
    }
  }
  return faults;
};

/**
 * Whether the code has the package's name as a separate string: an optional peer is imported by a
 * name that bundlers do not follow.
 */
async function names({ folder, files }: PackedPackage, name: string): Promise<boolean> {
  for (const file of files.filter((path) => path.endsWith('.js'))) {
    const code = await readFile(join(folder, file), 'utf8');
    if (code.includes(`'${name}'`) || code.includes(`"${name}"`)) return true;
  }
  return false;
}
