import { execFile } from 'node:child_process';
import { dirname } from 'node:path';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Variables that an outer `npm run`, a test runner or a shell sets about this repository and its
 * AWS; not those about registries and proxies.
 */
const OURS = /^(npm_(package|lifecycle|config_(local_prefix|workspace))|NODE_(OPTIONS|ENV)$|VITEST|AWS_|TWELVEFOLD_)/;
/** Under the suite's own limit, so that what hangs is ended by the one who started it. */
const TIMEOUT_MS = 220_000;

/** Runs a command to its end in `cwd`, on this process's Node.js. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const options = { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(new Error(`Cannot run ${command}: it ended by ${error?.signal ?? code}`, { cause: error }));
    });
  });
}
