import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Makes a process believe that it runs on this version of Node. */
const versionOf = (version: string) =>
  `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`;

it('refuses an old Node in one readable line', () => {
  const run = spawnSync(
    process.execPath,
    ['--conditions=@twelvefold/source', '--import', versionOf('20.20.2'), MAIN, '--version'],
    { encoding: 'utf8' },
  );
  expect(run.stdout).toBe('');
  expect(run.stderr).toBe('twelvefold: cannot start on Node 20.20.2: it needs Node 22 or newer\n');
  expect(run.status).toBe(1);
});

it('runs on a Node that is new enough', () => {
  const run = spawnSync(
    process.execPath,
    ['--conditions=@twelvefold/source', '--import', versionOf('22.0.0'), MAIN, '--version'],
    { encoding: 'utf8' },
  );
  expect(run.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(run.status).toBe(0);
});
