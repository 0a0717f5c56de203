import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Timing } from './contest.ts';
import { median } from './median.ts';

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  args?: readonly string[];
  /** The Node.js to run them on. @defaultValue this one */
  node?: string;
  /** Milliseconds that one process may take. @defaultValue 60000 */
  timeoutMs?: number;
}

export interface RaceOptions extends RunOptions {
  /** Files in contestants/, by name; each runs in fresh processes. */
  contestants: Readonly<Record<string, string>>;
  /**
   * Processes per contestant, one of each in turn: what disturbs the machine disturbs all alike.
   */
  rounds: number;
}

/** Medians over the rounds, per operation. */
export interface Measured {
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly perSecond: number;
}

/** Runs the contestants in turn, `rounds` times, and takes medians. */
export async function race(options: RaceOptions): Promise<Record<string, Measured>> {
  const timings: Record<string, Timing[]> = {};
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [name, file] of Object.entries(options.contestants)) {
      const timing = await runContestant(file, options);
      timings[name] = [...(timings[name] ?? []), timing];
    }
  }
  return Object.fromEntries(
    Object.entries(timings).map(([name, all]) => {
      const wallUs = median(all.map((one) => one.wallUs / one.operations));
      return [name, { cpuUs: median(all.map((one) => one.cpuUs / one.operations)), wallUs, perSecond: 1e6 / wallUs }];
    }),
  );
}

const DIRECTORY = join(import.meta.dirname, '../contestants');

/** Runs one contestant in a fresh process. */
export function runContestant(file: string, options: RunOptions): Promise<Timing> {
  const { promise, resolve, reject } = Promise.withResolvers<Timing>();
  const child = fork(join(DIRECTORY, file), [...(options.args ?? [])], {
    env: { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...options.env },
    // The lines of contestants go to /dev/null: a write costs the same for all of them, and never
    // waits.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: options.timeoutMs ?? 60_000,
    ...(options.node === undefined ? {} : { execPath: options.node, execArgv: [] }),
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4_000);
  });
  child.once('message', (timing) => resolve(timing as Timing)); // contest() is the only sender
  child.once('error', reject);
  child.once('close', (code, signal) =>
    reject(new Error(`Cannot measure ${file}: it ended with ${signal ?? code}\n${complaints}`)),
  );
  return promise;
}
