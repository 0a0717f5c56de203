import { findServer, startLocalAws } from '@twelvefold/local';
import { describe, expect, it } from 'vitest';
import { commandsOf, readPage } from '../support/page-commands.ts';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';

const TOUR = 'examples/orders/tour/main.ts';

/**
 * A line of the tour without what each run has anew: ids, ports, times. Servers may not be
 * installed.
 */
const stable = (line: string) =>
  line
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/tour-[0-9a-f]{8}/g, 'tour-ID')
    .replace(/(127\.0\.0\.1|localhost):\d+/g, 'HOST')
    .replace(/postgres:[0-9a-f]+@|:[0-9a-f]+@/g, 'LOGIN@')
    .replace(/\d+ ms/g, 'N ms')
    .replace(/ +/g, ' ')
    .trim();
const stableLines = (lines: readonly string[]) =>
  lines.map(stable).filter((line) => line !== '' && line !== '...' && !/postgresql|redis/.test(line));

describe('npm start', () => {
  it('sends an order through each host and ends with 0, in plain lines in a pipe', async () => {
    const entry = runEntry(TOUR, ['--once'], {});
    expect(await entry.exited).toEqual({ code: 0, signal: null });
    const output = entry.stdout();
    expect(output.match(/GET \/orders\/\{id\} says notified, 118\.98 with tax/g)).toHaveLength(2);
    expect(output.match(/correlation id tour-[0-9a-f]{8}/g)).toHaveLength(2);
    for (const name of ['postgresql', 'redis'] as const) {
      expect(output).toContain(findServer(name) === undefined ? `${name} is not installed` : `${name} on `);
    }
    expect(output).not.toContain('\u001b[');
    expect(entry.stderr()).toBe('');

    const shown = commandsOf(readPage('README.md')).find(({ command }) => command === 'npm start')?.prints ?? [];
    const lines = stableLines(output.split('\n'));
    // Steps of one order may change places, and the README leaves some out.
    expect(lines).toEqual(expect.arrayContaining(stableLines(shown)));
    const done = (all: readonly string[]) => all.filter((line) => line.startsWith('ok '));
    expect(done(stableLines(shown))).toEqual(done(lines));
    expect(shown.filter((line) => / (postgresql|redis) on /.test(line))).toHaveLength(2);
  });

  it('keeps serving, and on Ctrl-C drains, prints the shutdown report and ends with 0', async () => {
    const entry = runEntry(TOUR, [], {});
    await until(
      'it says how to try it',
      () => entry.stdout(),
      (text) => text.includes('Ctrl-C drains and stops'),
    );
    const url = /U=(\S+)/.exec(entry.stdout())?.[1];
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    entry.child.kill('SIGINT');
    expect(await entry.exited).toEqual({ code: 0, signal: null });
    expect(entry.stdout()).toMatch(/the service stopped on SIGTERM in \d+ ms of \d+ ms, 0 abandoned/);
    expect(entry.stdout()).toMatch(/drain +consumer orders +done/);
  });

  it('refuses a flag that it does not know, naming those it does', async () => {
    const entry = runEntry(TOUR, ['--onec'], {});
    expect(await entry.exited).toEqual({ code: 64, signal: null });
    expect(entry.stderr()).toContain('--once');
  });

  it('ends with 1 and says why when a step fails', async () => {
    await using other = await startLocalAws();
    const entry = runEntry(TOUR, ['--once', '--port', String(other.port)], {});
    expect(await entry.exited).toEqual({ code: 1, signal: null });
    expect(entry.stdout()).toContain('failed:');
  });
});
