import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');

/** `npm start` of an example: the first `curl` lines that it prints are asked, then Ctrl-C. */
async function start(example: string, ask: (urls: readonly string[]) => Promise<void>): Promise<void> {
  const child = spawn('npm', ['start', '--silent', '--workspace', `@twelvefold-examples/${example}`], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches a whole group of processes.
    detached: true,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const closed = once(child, 'close');
  try {
    await until(
      `${example} prints how to ask it`,
      () => ({ output, code: child.exitCode }),
      (now) => now.code !== null || /curl.*\n$/.test(now.output),
    );
    expect(output, errors).toContain('curl');
    await ask([...output.matchAll(/^curl (\S+)/gm)].map(([, url = '']) => url));
    process.kill(-Number(child.pid), 'SIGINT');
    await closed;
    expect(errors.split('\n').filter((line) => /"level":"ERROR"|Error:/.test(line))).toEqual([]);
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), 'SIGKILL');
  }
}

const post = (url: string, body: unknown) => fetch(url, { method: 'POST', body: JSON.stringify(body) });

describe('npm start of', () => {
  it('parameter-function answers, without the connection string', () =>
    start('parameter-function', async ([url = '']) => {
      const answer = await post(url, { id: 'job-1' });
      expect([answer.status, await answer.text()]).toEqual([200, '{"id":"job-1","status":"processed"}']);
      expect((await post(url, { id: 1 })).status).toBe(400);
    }));

  it('table-and-queue stores what it is sent', () =>
    start('table-and-queue', async ([url = '', rowUrl = '']) => {
      const id = rowUrl.split('/').at(-1);
      expect((await post(url, { id, bytes: 17 })).status).toBe(202);
      const stored = await until(
        'the row is there',
        async () => fetch(rowUrl),
        ({ status }) => status === 200,
      );
      expect(await stored.json()).toMatchObject({ id, bytes: 17 });
      expect((await fetch(url)).status).toBe(404);
    }));

  it('service-and-pipeline is ready and answers with its config', () =>
    start('service-and-pipeline', async ([url = '']) => {
      expect(await (await fetch(url)).json()).toEqual({ name: 'The corner shop', currency: 'EUR' });
      expect((await fetch(`${url}health/ready`)).status).toBe(200);
    }));
});
