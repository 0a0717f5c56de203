import { getStringFromEnv } from '@aws-lambda-powertools/commons/utils/env';

/** Environment variables as an object, e.g. `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Reads variables from `env`, else from the process environment the way Powertools does. Trimmed; empty when unset. */
export function envReader(env: Env | undefined): (key: string) => string {
  return env ? (key) => env[key]?.trim() ?? '' : (key) => getStringFromEnv({ key, defaultValue: '' });
}
