import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputLine } from '../process/output.ts';
import type { Environment } from './environment.ts';
import { startEnvironment } from './environment.ts';
import type { FunctionSpec } from './environment-variables.ts';
import type { Pool } from './pool.ts';

/** About what starting a process costs. */
const FINISHING_GRACE_MS = 150;

/** Execution environments of one invocation each, started on demand, kept while they can be used again. */
export function environmentPool(spec: FunctionSpec, onOutput: ((line: OutputLine) => void) | undefined): Pool {
  const all = new Set<Environment>();
  const idle: Environment[] = [];
  const finishing = new Set<Promise<unknown>>();

  async function takeIdle(): Promise<Environment | undefined> {
    for (let environment = idle.pop(); environment; environment = idle.pop()) {
      if (await environment.reusable()) return environment;
      all.delete(environment);
    }
    return undefined;
  }

  /** An idle environment, the last one used, or a new one. */
  async function take(): Promise<Environment> {
    let environment = await takeIdle();
    if (!environment && finishing.size > 0) {
      // One that has just answered is idle in a moment: sooner than a new process, and one by one stays in one process.
      await Promise.race([...finishing, sleep(FINISHING_GRACE_MS, undefined, { ref: false })]);
      environment = await takeIdle();
    }
    return environment ?? start();
  }

  async function start(): Promise<Environment> {
    const environment = await startEnvironment(spec, onOutput);
    all.add(environment);
    return environment;
  }

  async function settle(environment: Environment): Promise<void> {
    if (await environment.reusable()) idle.push(environment);
    else all.delete(environment);
  }

  return {
    run: async (input, answer) => {
      const environment = await take();
      answer(await environment.invoke(input));
      const settled = settle(environment).finally(() => finishing.delete(settled));
      finishing.add(settled);
      await settled;
    },
    pids: () => [...all].flatMap((environment) => environment.pid() ?? []),
    kill: async () => {
      await Promise.all([...all].map((environment) => environment.kill()));
    },
    end: async () => {
      await Promise.all([...all].map((environment) => environment.shutdown()));
      all.clear();
      idle.length = 0;
    },
  };
}
