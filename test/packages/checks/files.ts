import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { REPOSITORY } from '../repository.ts';
import type { Check } from './check.ts';

const FOR_TESTS = /(^|\/)(fixtures?|__\w+__|testdata)\/|\.(test|spec|fixture|bench)\.|\.tsbuildinfo$/;

/** Files that tsc wrote, one for each source; a bundle is apart. */
const isCompiled = (file: string) =>
  file.startsWith('dist/') && !file.startsWith('dist/bundle/') && file.endsWith('.js');

/**
 * A package contains only files that users need: no tests, nothing stale, a README and the licence.
 */
export const filesCheck: Check = async ({ folder, files }) => {
  // A template is a user's app, tests included.
  const faults = files
    .filter((path) => FOR_TESTS.test(path) && !path.startsWith('templates/'))
    .map((path) => `${path} is only for tests, but is packed`);
  const packed = new Set(files);
  for (const path of files.filter((file) => isCompiled(file))) {
    const source = path.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
    if (!packed.has(source))
      faults.push(`${path} has no source ${source}: left over from a build; run 'npm run clean' and build again`);
    if (!packed.has(path.replace(/\.js$/, '.d.ts'))) faults.push(`${path} has no declarations`);
  }
  for (const path of files.filter((file) => file.startsWith('dist/bundle/') && file.endsWith('.js.map'))) {
    const { sources }: { sources: readonly string[] } = JSON.parse(await readFile(join(folder, path), 'utf8'));
    for (const source of sources) {
      const found = posix.join(posix.dirname(path), source);
      // Node's own modules and the libraries of @twelvefold/local have no source here.
      if (found.startsWith('src/') && !packed.has(found)) faults.push(`${path} names ${found}, which is not packed`);
    }
  }
  if (!packed.has('README.md')) faults.push('README.md is missing');
  if (!packed.has('LICENSE')) {
    faults.push('LICENSE is missing: copy it from the repository');
  } else {
    const [own, ours] = await Promise.all(
      [join(folder, 'LICENSE'), join(REPOSITORY, 'LICENSE')].map((path) => readFile(path, 'utf8')),
    );
    if (own !== ours) faults.push("LICENSE differs from the repository's");
  }
  return faults;
};
