import { TwelvefoldError } from '@twelvefold/core';

const DEFAULT_PORT = 8080;

/**
 * The port to listen on, from `PORT`; 8080 unless it is set.
 *
 * @throws TwelvefoldError `CONFIG_INVALID` unless it is a whole number from 0 (any free port) to
 * 65535.
 */
export function portFrom(env: Readonly<Record<string, string | undefined>>): number {
  if (!env.PORT) return DEFAULT_PORT;
  const port = Number(env.PORT);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new TwelvefoldError(
      'CONFIG_INVALID',
      `Cannot listen on PORT ${JSON.stringify(env.PORT)}: it must be 0 to 65535`,
    );
  }
  return port;
}
