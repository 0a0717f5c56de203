import { argv } from 'node:process';
import { runRuntime } from './run-runtime.ts';

/**
 * The program of an execution environment: `node runtime-client.js <entry> <export>`, with AWS_LAMBDA_RUNTIME_API set.
 * An entry of its own, so importing the package runs nothing.
 */
const [, , entry = '', exportName = 'handler'] = argv;
await runRuntime({ entry, exportName, host: process });
