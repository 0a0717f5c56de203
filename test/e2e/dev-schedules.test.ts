import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'packages/app/dist/bundle/cli/main.js');
/**
 * Inside the repository, so that packages resolve as in a project that has them installed: built.
 */
const FOLDER = join(ROOT, '.tsbuild/dev-schedules');

let child: ChildProcess | undefined;
beforeEach(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await cp(join(import.meta.dirname, 'fixtures/clockwork'), FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
});
afterEach(async () => {
  if (child?.exitCode === null && child.kill('SIGKILL')) await once(child, 'close');
  await rm(FOLDER, { recursive: true, force: true });
});

it('twelvefold dev starts the runs of schedules, in the service that is given their task', async () => {
  let output = '';
  const env = { PATH: process.env.PATH, HOME: FOLDER };
  const args = [BIN, 'dev', 'manifest.ts', '--port', '0', '--aws-port', '0'];
  const dev = spawn(process.execPath, args, { cwd: FOLDER, env });
  child = dev;
  for (const stream of [dev.stdout, dev.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  await until(
    'the run of the schedule has succeeded',
    () => ({ output, code: dev.exitCode }),
    (now) => now.code !== null || /Task succeeded/.test(now.output),
  );
  expect(output).toContain('marked by schedule');
  dev.kill('SIGINT');
  expect(await once(dev, 'exit'), output).toEqual([0, null]);
});
