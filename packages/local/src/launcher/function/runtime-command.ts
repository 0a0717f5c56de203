import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionSpec } from './function-spec.ts';
import { handlerName } from './function-spec.ts';

/**
 * The share of the function's memory that V8's old space may fill, so that a leak ends the process
 * before the machine's memory does.
 */
const HEAP_SHARE = 0.9;

/**
 * The command of an execution environment: the caller's runtime with the handler's name behind it,
 * or our own runtime client.
 */
export function runtimeCommand(spec: FunctionSpec): [string, ...string[]] {
  const [file, ...args] = spec.runtimeCommand ?? [];
  if (file !== undefined) return [file === 'node' ? spec.execPath : file, ...args, handlerName(spec)];
  // Beside this file, in its language: Node runs the sources, and the build keeps the layout.
  const client = new URL(`./runtime-client${extname(import.meta.url)}`, import.meta.url);
  const heapMb = Math.floor(spec.memoryMb * HEAP_SHARE);
  return [spec.execPath, `--max-old-space-size=${heapMb}`, fileURLToPath(client), spec.entry, spec.handler];
}
