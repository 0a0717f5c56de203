import { Worker } from 'node:worker_threads';

/** Old-space limits are of a process; a worker refuses them (ERR_WORKER_INVALID_EXEC_ARGV). */
const OF_A_PROCESS = /^--max-(old|semi)-space-size/;

/**
 * Starts `count` worker threads of a program, as AWS's client (aws-lambda-ric 4.0.2) does on managed instances: one that crashes is
 * told of on standard error and not started again. Resolves when none is left.
 */
export async function runWorkers(program: string, count: number, host: NodeJS.Process): Promise<void> {
  const run = (id: number) =>
    new Promise<void>((resolve) => {
      const execArgv = host.execArgv.filter((argument) => !OF_A_PROCESS.test(argument));
      const worker = new Worker(new URL(program), { argv: host.argv.slice(2), env: host.env, execArgv });
      const tell = (message: string) =>
        host.stderr.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level: 'ERROR', message })}\n`);
      worker.on('error', (error) => tell(`Worker ${id} failed: ${error instanceof Error ? error.stack : error}`));
      worker.on('exit', (code) => {
        if (code !== 0) tell(`Worker ${id} exited with code ${code}`);
        resolve();
      });
    });
  await Promise.all(Array.from({ length: count }, (_, id) => run(id)));
}
