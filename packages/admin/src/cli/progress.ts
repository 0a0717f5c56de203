import type { Writable } from 'node:stream';
import type { RunRecord } from '../runs/run.ts';
import { etaMs } from '../runs/run.ts';

/** Shows how a run gets on. */
export interface Progress {
  update(run: RunRecord): void;
  /** A line of the run's log. */
  line(text: string): void;
  end(run: RunRecord): void;
}

export interface ProgressOptions {
  readonly write: (text: string) => unknown;
  /** A terminal, where a person looks at it. @defaultValue none: JSON lines */
  readonly terminal: Writable | undefined;
  /** Milliseconds, for the pace of lines in a pipe. */
  readonly now: () => number;
}

/** Lines in a pipe: one per change of status, and one per this time. */
const EVERY_MS = 5_000;

/**
 * A bar for people, JSON lines for programs. Both go to standard error: standard output has
 * results only.
 */
export async function createProgress({ write, terminal, now }: ProgressOptions): Promise<Progress> {
  if (terminal) return createBar(write, terminal);
  let last: string | undefined;
  let at = 0;
  const put = (run: RunRecord) => {
    last = run.status;
    at = now();
    write(`${JSON.stringify(progressLine(run))}\n`);
  };
  return {
    update(run) {
      if (run.status !== last || now() - at >= EVERY_MS) put(run);
    },
    line: (text) => write(text.endsWith('\n') ? text : `${text}\n`),
    end: put,
  };
}

/** The part of a record that says how it gets on. */
function progressLine(run: RunRecord): object {
  const { id, task, status, leg, scanned, matched, failed, total, durationMs } = run;
  return { run: id, task, status, leg, scanned, matched, failed, total, durationMs, etaMs: etaMs(run) };
}

async function createBar(write: (text: string) => unknown, output: Writable): Promise<Progress> {
  const { progress } = await import('@clack/prompts');
  let bar: ReturnType<typeof progress> | undefined;
  let shown = 0;
  return {
    update(run) {
      const { total } = run;
      if (bar === undefined) {
        bar = progress({ max: total ?? 1, output });
        bar.start(`${run.task} (${run.id})`);
      }
      // Without a total the bar stands still and the numbers go on.
      bar.advance(total === undefined ? 0 : run.scanned - shown, barText(run));
      shown = run.scanned;
    },
    line: (text) => write(text.endsWith('\n') ? text : `${text}\n`),
    end(run) {
      bar?.stop(barText(run));
    },
  };
}

function barText(run: RunRecord): string {
  const { scanned, matched, failed, total, durationMs, status } = run;
  const rate = durationMs === 0 ? undefined : Math.round((scanned / durationMs) * 1_000);
  const eta = etaMs(run);
  return [
    status,
    `${scanned}${total === undefined ? '' : `/${total}`} scanned`,
    ...(matched === scanned ? [] : [`${matched} matched`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(rate === undefined ? [] : [`${rate}/s`]),
    ...(eta === undefined ? [] : [`${durationText(eta)} left`]),
  ].join(', ');
}

/** `950 ms`, `12.3 s`, `4 min 5 s`, `2 h 3 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
