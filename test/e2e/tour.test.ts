import { findServer, startLocalAws } from '@twelvefold/local';
import { describe, expect, it } from 'vitest';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';

const TOUR = 'examples/orders/tour/main.ts';

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
