import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputLine } from '../process/start-process.ts';
import type { Environment } from './environment.ts';
import { startEnvironment } from './environment.ts';
import type { FunctionSpec } from './function-spec.ts';
import type { ManagedInstance } from './managed-instance.ts';
import { startManagedInstance } from './managed-instance.ts';
import type { InvocationInput, InvocationResult } from './result.ts';

/** The processes of one function. */
interface Pool {
  /** Calls `answer` with what came of it, and resolves when the invocation is over. */
  run(input: InvocationInput, answer: (result: InvocationResult) => void): Promise<void>;
  pids(): readonly number[];
  /** SIGKILL, at once. */
  kill(): Promise<void>;
  /** Ends the processes as Lambda does, once nothing runs. */
  end(): Promise<void>;
}

/** Lets a number of pieces of work at a time take their turn; the others wait in order. */
interface Slots {
  /** @throws the signal's reason when it aborts first */
  take(signal: AbortSignal | undefined): Promise<void>;
  pass(): void;
}

export function createSlots(limit: number): Slots {
  const queue: Array<() => void> = [];
  let running = 0;
  return {
    take: async (signal) => {
      if (running < limit) {
        running += 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const leave = () => {
          queue.splice(queue.indexOf(begin), 1);
          reject(signal?.reason);
        };
        const begin = () => {
          signal?.removeEventListener('abort', leave);
          resolve(); // the turn of the one before passes on, so `running` stays
        };
        signal?.addEventListener('abort', leave, { once: true });
        queue.push(begin);
      });
    },
    pass: () => {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    },
  };
}

/** About what starting a process costs. */
const FINISHING_GRACE_MS = 150;

/**
 * Execution environments of one invocation each, started on demand, kept while they can be used
 * again.
 */
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
      // One that has just answered is idle in a moment: sooner than a new process, and one by one
      // stays in one process.
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

/** One instance for everything; a new one when the last is gone. */
export function managedPool(spec: FunctionSpec, onOutput: ((line: OutputLine) => void) | undefined): Pool {
  let instance: Promise<ManagedInstance> | undefined;
  let running: ManagedInstance | undefined;

  const start = async () => {
    const started = await startManagedInstance(spec, onOutput);
    running = started;
    return started;
  };
  const current = async (): Promise<ManagedInstance> => {
    instance ??= start();
    const found = await instance;
    if (found.pid() !== undefined) return found;
    // The first caller that sees it replaces it; the others find the new one.
    if (running === found) {
      running = undefined;
      instance = start();
    }
    return instance;
  };
  const kill = async () => {
    await running?.kill();
  };
  return {
    run: async (input, answer) => {
      answer(await (await current()).invoke(input));
    },
    pids: () => {
      const pid = running?.pid();
      return pid === undefined ? [] : [pid];
    },
    kill,
    end: kill,
  };
}
