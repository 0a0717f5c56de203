import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';

// Threads of one process share a pipe. If it does not take a line at once, the rest is written
// later, and no other thread's line may begin before.

const entry = JSON.stringify(new URL('../index.ts', import.meta.url).href);
const THREADS = 4;
const LINES = 150;

/**
 * Logs lines of 1 KB to 200 KB, each of which says who wrote it and which one it is, when all
 * threads have begun.
 */
const WORK = `
  const { getEnvironmentData } = await import('node:worker_threads');
  const { createLogger } = await import(${entry});
  const logger = createLogger({ service: 'orders', env: {} });
  const sizes = [1_000, 3_000, 5_000, 20_000, 70_000, 200_000];
  async function work(thread, lines) {
    logger.info('begun', { thread, n: -1 });
    const begun = new Int32Array(getEnvironmentData('begun'));
    Atomics.sub(begun, 0, 1);
    while (Atomics.load(begun, 0) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (let n = 0; n < lines; n += 1) {
      const list = Array.from({ length: Math.ceil(sizes[n % sizes.length] / 10_000) }, () => 'x'.repeat(Math.min(sizes[n % sizes.length], 10_000)));
      logger.info('line', { thread, n, list });
      Atomics.add(begun, thread, 1);
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
`;
const SPAWN = `
  import { setEnvironmentData, Worker } from 'node:worker_threads';
  const begun = new SharedArrayBuffer(64); // how many threads are yet to begin, and the lines of each thread
  setEnvironmentData('begun', begun);
  const expect = (threads) => void Atomics.store(new Int32Array(begun), 0, threads);
  const start = (thread, code) => new Worker(new URL('data:text/javascript,' + encodeURIComponent(code + '\\nawait work(' + thread + ', ${LINES});')));
  const code = ${JSON.stringify(WORK)};
`;

/**
 * Takes 16 KiB, pauses, and so on. Says what it got of each thread, in which order, and how many
 * lines were none.
 */
const READER = `
  const { readSync } = require('node:fs');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const bytes = Buffer.alloc(16_384);
  const got = {};
  let rest = '', broken = 0, taken = 0, reads = 0;
  for (;;) {
    try { taken = readSync(0, bytes); } catch (error) { if (error.code === 'EAGAIN') continue; throw error; }
    if (taken === 0) break;
    if (reads++ % 8 === 0) Atomics.wait(pause, 0, 0, 1);
    rest += bytes.toString('latin1', 0, taken);
    if (!rest.includes('\\n')) continue;
    const parts = rest.split('\\n');
    rest = parts.pop();
    for (const part of parts) {
      try { const { thread, n } = JSON.parse(part); (got[thread] ??= []).push(n); } catch { broken += 1; }
    }
  }
  console.log(JSON.stringify({ got, broken, rest }));
`;

interface Seen {
  got: Record<string, number[]>;
  broken: number;
  rest: string;
}

async function read(script: string): Promise<Seen> {
  const args = ['--conditions=@twelvefold/source', '--input-type=module', '--no-warnings', '-e', script];
  const child = spawn('bash', ['-c', '"$0" "$@" | "$0" -e "$READER"', process.execPath, ...args], {
    env: { ...process.env, READER },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await once(child, 'close');
  return JSON.parse(out) as Seen; // what READER prints
}

const all = Array.from({ length: LINES + 1 }, (_, n) => n - 1);

describe('threads that share a slow pipe', { timeout: 120_000 }, () => {
  test.each([
    ['which this library has not started', ''],
    ['one of which is the main thread', `${WORK} await work(0, ${LINES});`],
  ])('write whole lines and lose none, %s', async (_name, main) => {
    const count = main === '' ? THREADS : THREADS + 1;
    const seen = await read(
      `${SPAWN} expect(${count}); for (let thread = 1; thread <= ${THREADS}; thread += 1) start(thread, code); ${main}`,
    );
    expect({ broken: seen.broken, rest: seen.rest }).toEqual({ broken: 0, rest: '' });
    const first = main === '' ? 1 : 0;
    const threads = Array.from({ length: THREADS + 1 - first }, (_, index) => String(index + first));
    expect(seen.got).toEqual(Object.fromEntries(threads.map((thread) => [thread, all])));
  });

  test('go on when one of them is terminated in the middle of a line', async () => {
    const seen = await read(`
      ${SPAWN}
      expect(4);
      const victim = start(9, code.replace('setTimeout(resolve, 1)', 'setTimeout(resolve, 0)'));
      for (let thread = 1; thread <= 3; thread += 1) start(thread, code);
      const wait = setInterval(() => {
        if (Atomics.load(new Int32Array(begun), 9) < 20) return; // it has lines behind it, and more to write
        clearInterval(wait);
        victim.terminate();
      }, 1);
    `);
    // What it had not written is lost with it, and at most one line is cut short.
    expect(seen.broken).toBeLessThanOrEqual(1);
    const { 9: victim = [], ...others } = seen.got;
    expect(others).toEqual({ 1: all, 2: all, 3: all });
    expect(victim).toEqual(all.slice(0, victim.length));
    expect(victim.length).toBeLessThan(all.length);
  });
});
