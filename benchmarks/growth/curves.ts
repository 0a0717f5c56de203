import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Timing } from '../support/contest.ts';
import { cannedSqs } from '../support/endpoint.ts';
import { runContestant } from '../support/race.ts';

/** Cost against size: one process per size. */
export interface Curve {
  /** The value of `--curve`, and the name of the plot's file. */
  readonly name: string;
  readonly title: string;
  /** The label of the size axis. */
  readonly size: string;
  readonly sizes: readonly number[];
  /** The operation that CPU is counted per, e.g. a message. */
  readonly unit: string;
  measure(size: number): Promise<Timing>;
}

/** 10^6 messages at 30 us, on a machine that is busy. */
const TIMEOUT_MS = 600_000;
/** Enough for each of 1,000 groups to have 20. */
const GROUP_MESSAGES = 20_000;
const CONTESTANTS = join(import.meta.dirname, '../contestants');

export const CURVES: readonly Curve[] = [
  {
    name: 'backlog',
    title: 'Consumer: backlog of messages',
    size: 'messages',
    sizes: [10_000, 100_000, 1_000_000],
    unit: 'us CPU per message',
    async measure(size) {
      await using endpoint = await cannedSqs();
      return await runContestant('consume.twelvefold.ts', {
        env: endpoint.env,
        args: [String(size)],
        timeoutMs: TIMEOUT_MS,
      });
    },
  },
  {
    name: 'groups',
    title: 'Consumer: message groups of a FIFO queue',
    size: 'groups',
    sizes: [10, 100, 1_000],
    unit: 'us CPU per message',
    async measure(size) {
      await using endpoint = await cannedSqs(0, size);
      const args = [String(GROUP_MESSAGES)];
      return await runContestant('growth-groups.ts', { env: endpoint.env, args, timeoutMs: TIMEOUT_MS });
    },
  },
  {
    name: 'config',
    title: 'Config: keys of one load',
    size: 'keys',
    sizes: [10, 100, 500],
    unit: 'us CPU per load',
    measure: (size) => runContestant('growth-config.ts', { args: [String(size)] }),
  },
  {
    name: 'components',
    title: 'Service: components of an app, from the start of the process until it is ready',
    size: 'components',
    sizes: [1, 10, 100],
    unit: 'us CPU per start',
    measure: startService,
  },
  {
    name: 'local-messages',
    title: 'Local AWS: messages sent to a queue, with their client',
    size: 'messages',
    sizes: [10_000, 100_000, 1_000_000],
    unit: 'us CPU per message',
    measure: (size) => runContestant('growth-local.ts', { args: ['messages', String(size)], timeoutMs: TIMEOUT_MS }),
  },
  {
    name: 'local-rows',
    title: 'Local AWS: rows put into a table, with their client',
    size: 'rows',
    sizes: [1_000, 10_000, 100_000],
    unit: 'us CPU per row',
    measure: (size) => runContestant('growth-local.ts', { args: ['rows', String(size)], timeoutMs: TIMEOUT_MS }),
  },
];

/**
 * Starts the service with so many consumers and asks for its cost when it logs that it is ready.
 */
async function startService(components: number): Promise<Timing> {
  await using endpoint = await cannedSqs(50);
  const url = `${endpoint.url}/000000000000/bench`;
  const bindings: Record<string, string> = {};
  for (let index = 0; index < components; index += 1) {
    bindings[`TWELVEFOLD_QUEUE${index}_URL`] = `${url}-${index}`;
    bindings[`TWELVEFOLD_QUEUE${index}_DEAD_LETTER_URL`] = `${url}-${index}-dead`;
  }
  const child = fork(join(CONTESTANTS, 'growth-app.ts'), [String(components)], {
    env: { PATH: process.env.PATH ?? '', TWELVEFOLD_STAGE: 'test', ...endpoint.env, ...bindings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const finished = once(child, 'message');
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('service ready')) resolve();
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('close', () => reject(new Error(`Cannot measure: the service ended\n${output.slice(-4_000)}`)));
  });
  await ready;
  child.send({});
  const [timing] = await finished;
  return timing as Timing; // contest's finish() is the only sender
}
