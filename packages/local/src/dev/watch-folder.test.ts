import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isAppFile, runSerially, watchFolder } from './watch-folder.ts';

it.each([
  ['app.ts', true],
  ['components/api.mts', true],
  ['.env', true],
  ['config/.env.dev', true],
  ['dist/app.js', false],
  ['node_modules/zod/index.js', false],
  ['.git/index.json', false],
  ['cdk.out/manifest.json', false],
  ['.app.ts.swp', false],
  ['.#app.ts', false],
  ['README.md', false],
])('%s is a file of the app: %s', (path, expected) => {
  expect(isAppFile(path)).toBe(expected);
});

it('reports a change once, and none after the watch has ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watch-'));
  try {
    const changed = Promise.withResolvers<string>();
    let count = 0;
    const stop = watchFolder(folder, (path) => {
      count += 1;
      changed.resolve(path);
    });
    await writeFile(join(folder, 'notes.txt'), 'x');
    for (let step = 0; step < 3; step += 1) await writeFile(join(folder, 'app.ts'), `${step}`);
    expect(await changed.promise).toBe('app.ts');
    stop();
    await writeFile(join(folder, 'app.ts'), 'after');
    expect(count).toBe(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('makes one run of all changes during a run', async () => {
  const ran: string[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const runs = runSerially(async (path) => {
    ran.push(path);
    await gates[ran.length - 1]?.promise;
  });
  for (const path of ['a.ts', 'b.ts', 'c.ts']) runs.ask(path);
  expect(ran).toEqual(['a.ts']);
  gates[0]?.resolve();
  await expect.poll(() => ran).toEqual(['a.ts', 'c.ts']);
  runs.ask('d.ts');
  const stopped = runs.stop();
  gates[1]?.resolve();
  await stopped;
  runs.ask('e.ts');
  expect(ran).toEqual(['a.ts', 'c.ts']);
});
