import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import config from '../../vitest.config.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Project {
  readonly test: {
    readonly name: string;
    readonly include: string[];
    readonly exclude?: string[];
    readonly isolate?: boolean;
  };
}
const projects = config.test?.projects as unknown as readonly Project[]; // as vitest.config.ts writes them

const files = ({ include, exclude = [] }: Project['test']) =>
  globSync(include, { cwd: ROOT, exclude: [...exclude, '**/node_modules/**'] });

/** A file of the repository, and those that it imports by a path. */
function closure(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file) || !existsSync(join(ROOT, file))) return seen;
  seen.add(file);
  for (const [, path = ''] of read(file).matchAll(/from '(\.[^']+)'/g)) closure(join(file, '..', path), seen);
  return seen;
}
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Changes that outlive the file that makes them. */
const GLOBAL_CHANGE =
  /mockClient\(|\bvi\.(mock|doMock|stubGlobal|stubEnv|useFakeTimers|setSystemTime|spyOn)\(|globalThis\.\w+ = |installLightHttp\(|process\.env\.\w+ = |process\.chdir\(/;

/** In a module, its hooks are the hooks of the file that imports it first. */
const HOOK = /^(before|after)(Each|All)\(/m;

describe('vitest.config.ts', () => {
  it('runs twice only what chooses its transport', () => {
    const twice = projects.find(({ test }) => test.name === 'contract-sdk')?.test.include ?? [];
    expect(twice.length).toBeGreaterThan(10);
    const chooses = (file: string) => [...closure(file)].some((one) => read(one).includes('TWELVEFOLD_TRANSPORT'));
    expect(twice.filter((file) => !chooses(file))).toEqual([]);
  });

  it('runs no file beside others that changes a global, or imports hooks', () => {
    const together = new Set(projects.filter(({ test }) => test.isolate === false).flatMap(({ test }) => files(test)));
    expect(together.size).toBeGreaterThan(200);
    const hooks = (file: string) => [...closure(file)].some((one) => one !== file && HOOK.test(read(one)));
    expect([...together].filter((file) => GLOBAL_CHANGE.test(read(file)) || hooks(file))).toEqual([]);
  });

  it('runs every test file', () => {
    const run = new Set(projects.flatMap(({ test }) => files(test)));
    const all = globSync('{packages,examples,infra,benchmarks,test}/**/*.test.ts', {
      cwd: ROOT,
      // An app that is created tests its templates: create-app.test.ts.
      exclude: ['**/node_modules/**', '**/dist/**', 'packages/create-twelvefold/templates/**'],
    });
    expect(all.filter((file) => !run.has(file))).toEqual([]);
  });
});
