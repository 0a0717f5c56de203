import type { OutputLine } from '../process/output.ts';
import type { FunctionSpec } from './environment-variables.ts';
import type { ManagedInstance } from './managed-instance.ts';
import { startManagedInstance } from './managed-instance.ts';
import type { Pool } from './pool.ts';

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
    // Whoever sees it first replaces it; the others find the new one.
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
