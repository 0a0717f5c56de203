import { existsSync } from 'node:fs';
import process from 'node:process';
import { describe } from 'vitest';

/** Where the packages of Debian and others put it. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * Groups tests that drive the machine's Chromium. Where it is not installed they do not run, and
 * the run ends with `not run: <subject> (needs chromium)`; with `TWELVEFOLD_REQUIRE_SERVERS=1`, as
 * in CI, that is a failure.
 */
export function withChromium(subject: string, tests: (executablePath: string) => void): void {
  const path = PATHS.find((one) => existsSync(one));
  if (path === undefined && process.env.TWELVEFOLD_REQUIRE_SERVERS === '1') {
    throw new Error(`Cannot test ${subject}: chromium is not installed, and TWELVEFOLD_REQUIRE_SERVERS is 1`);
  }
  describe.skipIf(path === undefined)(`${subject} (needs chromium)`, () => tests(path ?? ''));
}
