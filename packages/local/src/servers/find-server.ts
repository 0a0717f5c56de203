import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A server that is started from the machine's packages. */
export type ServerName = 'postgresql' | 'redis';

/** `*` is one folder, the highest version first. Debian keeps PostgreSQL's programs out of PATH. */
const FOLDERS: Readonly<Record<ServerName, readonly string[]>> = {
  postgresql: [
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/usr/local/bin',
    '/usr/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
  ],
  redis: ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'],
};
const PROGRAMS: Readonly<Record<ServerName, readonly string[]>> = {
  postgresql: ['postgres'],
  // Valkey answers to the same commands and options.
  redis: ['redis-server', 'valkey-server'],
};

/**
 * Finds the program of a server in the folders of Debian's, Red Hat's and Homebrew's packages.
 *
 * @returns its path, or `undefined` where the package is not installed
 * @example
 * ```ts
 * if (findServer('postgresql') === undefined) console.log('apt-get install postgresql');
 * ```
 */
export function findServer(name: ServerName): string | undefined {
  return FOLDERS[name]
    .flatMap(expand)
    .flatMap((folder) => PROGRAMS[name].map((program) => join(folder, program)))
    .find((path) => existsSync(path));
}

function expand(pattern: string): string[] {
  const star = pattern.split('/').findIndex((part) => part.includes('*'));
  if (star < 0) return [pattern];
  const parts = pattern.split('/');
  const [before = '', after = ''] = (parts[star] ?? '').split('*');
  const parent = parts.slice(0, star).join('/');
  return namesIn(parent)
    .filter((name) => name.startsWith(before) && name.endsWith(after) && name.length > before.length)
    .sort((one, other) => versionOf(other) - versionOf(one))
    .map((name) => join(parent, name, ...parts.slice(star + 1)));
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
const versionOf = (name: string): number => Number(/\d+(\.\d+)?/.exec(name)?.[0] ?? 0);

/** @throws Error that names the package */
export function requireServer(name: ServerName): { readonly program: string; readonly folder: string } {
  const program = findServer(name);
  if (program !== undefined) return { program, folder: dirname(program) };
  const debian = name === 'redis' ? 'redis-server' : name;
  throw new Error(`Cannot start ${name}: it is not installed; on Debian: apt-get install ${debian}`);
}
