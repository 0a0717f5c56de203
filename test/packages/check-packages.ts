import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check } from './checks/check.ts';
import { dependenciesCheck } from './checks/dependencies.ts';
import { entriesCheck } from './checks/entries.ts';
import { filesCheck } from './checks/files.ts';
import { publintCheck } from './checks/publint.ts';
import { typesCheck } from './checks/types.ts';
import { packPackages } from './pack-packages.ts';

const CHECKS: Readonly<Record<string, Check>> = {
  publint: publintCheck,
  types: typesCheck,
  files: filesCheck,
  entries: entriesCheck,
  dependencies: dependenciesCheck,
};
/** attw is a separate process for each package; more than two at once slow each other down. */
const AT_ONCE = 2;

const destination = await mkdtemp(join(tmpdir(), 'twelvefold-check-packages-'));
try {
  const packages = await packPackages(destination);
  const waiting = [...packages];
  const faults = new Map<string, ReadonlyArray<readonly [check: string, faults: readonly string[]]>>();
  const work = async () => {
    for (let packed = waiting.shift(); packed !== undefined; packed = waiting.shift()) {
      const found: Array<readonly [string, readonly string[]]> = [];
      for (const [name, check] of Object.entries(CHECKS)) found.push([name, await check(packed, packages)]);
      faults.set(packed.name, found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  const nameWidth = Math.max(...packages.map(({ name }) => name.length));
  for (const { name, files, packedBytes } of packages) {
    const results = (faults.get(name) ?? []).map(([check, found]) => `${check} ${found.length === 0 ? 'ok' : 'FAULT'}`);
    const size = `${(packedBytes / 1024).toFixed(0)} KiB`;
    console.log(
      `${name.padEnd(nameWidth)}  ${`${files.length} files`.padStart(9)}  ${size.padStart(8)}  ${results.join('  ')}`,
    );
  }
  let count = 0;
  for (const [name, results] of faults) {
    for (const [check, found] of results) {
      for (const fault of found) {
        count += 1;
        console.error(`${name}: ${check}: ${fault}`);
      }
    }
  }
  if (count > 0) process.exitCode = 1;
} finally {
  await rm(destination, { recursive: true, force: true });
}
