import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toError } from '@twelvefold/core/internal';
import type { CommandIo } from './command.ts';

export interface LoaderOptions {
  cwd: string;
  /** Imports a module by its URL. */
  importModule(url: string): Promise<object>;
  /** Whether this Node runs TypeScript (`process.features.typescript`). */
  typescript: boolean;
  nodeVersion: string;
}

const TYPESCRIPT = /\.[mc]?ts$/;

/** Loads exports of the user's modules, and says in one line what kept it from doing so. */
export function createLoader({ cwd, importModule, typescript, nodeVersion }: LoaderOptions): CommandIo['load'] {
  // Node runs TypeScript, types stripped, without a flag from 22.18 on in the 22 line.
  const noTypeScript = `this Node (${nodeVersion}) does not run TypeScript; build it and name the .js file, or use Node 22.18 or newer`;

  return async (module, name) => {
    const path = resolve(cwd, module);
    if (TYPESCRIPT.test(path) && !typescript) throw new Error(`Cannot import ${module}: ${noTypeScript}`);
    const url = pathToFileURL(path).href;
    let exports: object;
    try {
      exports = await importModule(url);
    } catch (error) {
      throw new Error(
        `Cannot import ${module}: ${reasonOf(toError(error), url, typescript ? undefined : noTypeScript)}`,
        {
          cause: error,
        },
      );
    }
    if (Object.hasOwn(exports, name)) return exports[name as keyof typeof exports];
    const names = Object.keys(exports);
    const known = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}; choose with --export`;
    throw new Error(`Cannot find the export '${name}' in ${module}: ${known}`);
  };
}

function reasonOf(error: Error, url: string, noTypeScript: string | undefined): string {
  const { code, url: missing } = error as Error & { code?: unknown; url?: unknown }; // as Node's loader throws them
  if (code === 'ERR_MODULE_NOT_FOUND' && missing === url) return 'there is no such file';
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && noTypeScript !== undefined) return `${error.message}: ${noTypeScript}`;
  const where = userFrame(error);
  return where === undefined ? error.message : `${error.message}\n    at ${where}`;
}

/** The innermost place in a file that is neither Node's nor a dependency's. */
function userFrame(error: Error): string | undefined {
  return error.stack
    ?.split('\n')
    .map((line) => /\bfile:\/\/\S+?:\d+(?::\d+)?(?=\)?$)/.exec(line)?.[0])
    .find((place) => place !== undefined && !place.includes('/node_modules/'));
}
