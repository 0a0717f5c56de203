import { argv, env } from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { runRuntime, runWorkers } from './run-runtime.ts';

/**
 * The program of an execution environment: `node runtime-client.js <entry> <export>`, with
 * AWS_LAMBDA_RUNTIME_API set; with AWS_LAMBDA_MAX_CONCURRENCY also of each of its workers. A
 * separate entry, so importing the package runs nothing.
 */
const [, , entry = '', exportName = 'handler'] = argv;
// biome-ignore-start lint/style/noProcessEnv: a separate program, set up by Lambda's variables
const overlapping = env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined;
if (overlapping && isMainThread) {
  await runWorkers(import.meta.url, Number(env.AWS_LAMBDA_NODEJS_WORKER_COUNT), process);
} else {
  await runRuntime({ entry, exportName, overlapping, host: process });
}
// biome-ignore-end lint/style/noProcessEnv: as above
