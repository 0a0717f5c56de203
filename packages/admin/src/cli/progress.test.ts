import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../runs/run.ts';
import { createProgress, durationText } from './progress.ts';

const run = (more: Partial<RunRecord>): RunRecord => ({
  id: 'backfill-1',
  task: 'backfill',
  status: 'running',
  durationMs: 0,
  correlationId: 'c',
  shape: 'collection',
  params: { token: '***' },
  settings: {},
  on: 'here',
  caller: 'ada',
  enqueuedAt: '2026-11-30T03:00:00.000Z',
  startedAt: '2026-11-30T03:00:00.000Z',
  endedAt: '2026-11-30T03:00:00.000Z',
  leg: 1,
  idleLegs: 0,
  fence: 1,
  progress: [],
  scanned: 0,
  matched: 0,
  failed: 0,
  version: 1,
  ...more,
});

describe('progress in a pipe', () => {
  it('is a line of JSON per change of status, one per five seconds, and one at the end', async () => {
    const lines: Array<Record<string, unknown>> = [];
    let now = 0;
    const write = (text: string) => void lines.push(JSON.parse(text));
    const progress = await createProgress({ write, terminal: undefined, now: () => now });
    progress.update(run({ status: 'enqueued' }));
    progress.update(run({ total: 100, scanned: 10, matched: 10, durationMs: 1_000 }));
    for (now = 1_000; now <= 10_000; now += 1_000) progress.update(run({ scanned: 10 + now / 100 }));
    progress.end(run({ status: 'succeeded', scanned: 100, matched: 90, failed: 1, durationMs: 12_000, total: 100 }));
    expect(lines.map(({ status, scanned }) => [status, scanned])).toEqual([
      ['enqueued', 0],
      ['running', 10],
      ['running', 60],
      ['running', 110],
      ['succeeded', 100],
    ]);
    expect(lines[1]).toEqual({
      run: 'backfill-1',
      task: 'backfill',
      status: 'running',
      leg: 1,
      scanned: 10,
      matched: 10,
      failed: 0,
      total: 100,
      durationMs: 1_000,
      etaMs: 9_000,
    });
  });

  it('passes the lines of a log on', async () => {
    const written: string[] = [];
    const write = (text: string) => void written.push(text);
    const progress = await createProgress({ write, terminal: undefined, now: () => 0 });
    progress.line('one');
    progress.line('two\n');
    expect(written).toEqual(['one\n', 'two\n']);
  });
});

describe('progress on a terminal', () => {
  it('is a bar with counts, rate and the time that is left', async () => {
    let shown = '';
    const terminal = Object.assign(
      new Writable({
        write: (chunk, _encoding, done) => {
          shown += stripVTControlCharacters(String(chunk));
          done();
        },
      }),
      { isTTY: true, columns: 120, rows: 30 },
    );
    const progress = await createProgress({ write: () => {}, terminal, now: () => 0 });
    progress.update(run({ total: 200 }));
    progress.update(run({ total: 200, scanned: 50, matched: 40, failed: 2, durationMs: 5_000 }));
    // The library draws on its timer.
    await expect.poll(() => shown).toContain('running, 50/200 scanned, 40 matched, 2 failed, 10/s, 15.0 s left');
    progress.end(run({ total: 200, scanned: 200, matched: 160, failed: 2, durationMs: 20_000, status: 'succeeded' }));
    expect(shown).toContain('succeeded, 200/200 scanned, 160 matched, 2 failed, 10/s');
  });
});

it.each([
  [950, '950 ms'],
  [12_345, '12.3 s'],
  [245_000, '4 min 5 s'],
  [7_380_000, '2 h 3 min'],
])('%i ms are %s', (ms, text) => expect(durationText(ms)).toBe(text));
