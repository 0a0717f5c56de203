import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ProcessExit } from '../process/exit.ts';
import type { OutputLine } from '../process/output.ts';
import type { StartedProcess } from '../process/start-process.ts';
import { startProcess } from '../process/start-process.ts';
import type { FunctionSpec } from './environment-variables.ts';
import { environmentVariables, handlerName } from './environment-variables.ts';
import type { RuntimeApi } from './runtime-api.ts';
import { startRuntimeApi } from './runtime-api.ts';
import { runtimeCommand } from './runtime-command.ts';

/** The process of a function, and its Runtime API. */
export interface Instance {
  readonly api: RuntimeApi;
  readonly child: StartedProcess;
  /** Settles once the process is gone and the API closed. */
  readonly ended: Promise<{ readonly exit: ProcessExit }>;
}

/** @throws {Error} when the process cannot be started */
export async function startInstance(
  spec: FunctionSpec,
  onOutput: ((line: OutputLine) => void) | undefined,
): Promise<Instance> {
  const api = await startRuntimeApi({
    functionName: spec.name,
    handler: handlerName(spec),
    accountId: spec.accountId,
    invokeEvents: spec.managed === undefined,
  });
  let child: StartedProcess;
  try {
    child = startProcess({
      command: runtimeCommand(spec),
      cwd: dirname(spec.entry),
      env: environmentVariables(spec, { runtimeApi: api.address, logStream: logStreamName() }),
      source: spec.name,
      onOutput,
    });
  } catch (error) {
    await api.close();
    throw new Error(`Cannot start function ${spec.name}: its process cannot be started`, { cause: error });
  }
  const ended = child.exited.then(async (exit) => {
    await api.close();
    return { exit };
  });
  return { api, child, ended };
}

function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
}
