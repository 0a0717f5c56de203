import process from 'node:process';
import { findServer } from '@twelvefold/local';
import type { ServerName } from '@twelvefold/local/internal';
import { describe } from 'vitest';

/**
 * Whether tests of `subject` can start a server of the machine's packages.
 *
 * @throws Error where it is missing and `TWELVEFOLD_REQUIRE_SERVERS` is 1, as in CI
 */
export function hasServer(
  subject: string,
  server: ServerName,
  { find = findServer, env = process.env }: { find?: typeof findServer; env?: NodeJS.ProcessEnv } = {},
): boolean {
  if (find(server) !== undefined) return true;
  if (env.TWELVEFOLD_REQUIRE_SERVERS !== '1') return false;
  throw new Error(`Cannot test ${subject}: ${server} is not installed, and TWELVEFOLD_REQUIRE_SERVERS is 1`);
}

/**
 * Groups tests of `subject` that start a server of the machine's packages. Where it is not
 * installed they do not run, and the run ends with `not run: <subject> (needs <server>)`; with
 * `TWELVEFOLD_REQUIRE_SERVERS=1`, as in CI, that is a failure.
 */
export function withServer(subject: string, server: ServerName, tests: () => void): void {
  describe.skipIf(!hasServer(subject, server))(`${subject} (needs ${server})`, tests);
}
