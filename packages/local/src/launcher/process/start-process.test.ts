import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { OutputLine } from './start-process.ts';
import { describeExit, startProcess } from './start-process.ts';

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const parent = fileURLToPath(new URL('./fixtures/parent.mjs', import.meta.url));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // An orphan that is dead stays a zombie until its parent reaps it.
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(10);
}

async function startParent(mode: string): Promise<{ launcher: ChildProcess; pid: number }> {
  const launcher = spawn(process.execPath, [parent, mode], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [chunk] = await once(launcher.stdout, 'data');
  return { launcher, pid: Number(String(chunk)) };
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'a launcher that dies by %s takes its processes along',
  async (signal) => {
    const { launcher, pid } = await startParent('wait');
    expect(isAlive(pid)).toBe(true);
    launcher.kill(signal);
    await untilGone(pid);
  },
);

test.each(['exit', 'crash'])('%s: a launcher that ends by itself takes its processes along', async (mode) => {
  const { pid } = await startParent(mode);
  await untilGone(pid);
});

test('once its processes are gone, nothing keeps a launcher alive', async () => {
  const { launcher } = await startParent('stop');
  expect(await once(launcher, 'exit')).toEqual([0, null]);
});

test('the environment is exactly what is given, the exit tells code or signal, the tail what was said last', async () => {
  const script =
    'for (let i = 0; i < 50; i++) console.log(i); console.error(JSON.stringify(process.env)); process.exit(3)';
  const lines: OutputLine[] = [];
  const child = startProcess({
    command: [process.execPath, '-e', script],
    cwd: '/',
    env: { ONLY: 'this' },
    source: 'x',
    onOutput: (line) => lines.push(line),
  });
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(lines).toContainEqual({ source: 'x', stream: 'stderr', line: '{"ONLY":"this"}' });
  expect(lines).toHaveLength(51);
  expect(child.tail()).toHaveLength(40);
  expect(describeExit(await child.exited)).toBe('exit status 3');
  child.kill('SIGKILL'); // a process that is gone is not an error
});

test('what a process started ends with it', async () => {
  const grandchild = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)";
  const script = `console.log(require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }).pid); process.exit(0)`;
  const lines: string[] = [];
  const child = startProcess({
    command: [process.execPath, '-e', script],
    cwd: '/',
    env: {},
    source: 'x',
    onOutput: ({ line }) => lines.push(line),
  });
  await child.exited;
  await untilGone(Number(lines[0]));
});

test('a program that does not exist is reported, not thrown', async () => {
  const child = startProcess({ command: ['/no/such/program'], cwd: '/', env: {}, source: 'x' });
  expect(await child.exited).toEqual({ code: null, signal: null });
  expect(child.startError()?.message).toContain('ENOENT');
});
