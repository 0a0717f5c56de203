import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from '../repository.ts';
import type { Check } from './check.ts';

/**
 * "Are the types wrong?" on the tarball; ESM only is what the packages are (no require, no legacy
 * resolution).
 */
export const typesCheck: Check = ({ tarball }) =>
  new Promise((resolve) => {
    const attw = join(REPOSITORY, 'node_modules/.bin/attw');
    const options = ['--profile', 'esm-only', '--format', 'table-flipped', '--no-color', '--no-emoji', '--no-summary'];
    execFile(attw, [tarball, ...options], (error, stdout, stderr) => {
      resolve(error === null ? [] : [`attw: ${(stdout || stderr || error.message).trim()}`]);
    });
  });
