import { spawnSync } from 'node:child_process';

/**
 * The executable of a major version of Node.js: npx's copy where it can be had, else `undefined`.
 */
export function findNode(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const args = ['--yes', '--prefer-offline', '--package', `node@${major}`, 'node', '--print', 'process.execPath'];
  const { status, stdout } = spawnSync('npx', args, { encoding: 'utf8', timeout: 120_000 });
  return status === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}
