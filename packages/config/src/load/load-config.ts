import type { ConfigDefinition } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { LoadConfigOptions } from './read-config.ts';
import { assertLoadOptions, readConfig } from './read-config.ts';

/**
 * Loads a config: one parallel round trip for what the environment does not supply, then the
 * schema, then a deeply frozen object whose reads are plain property reads.
 *
 * @throws ConfigError with every fault at once; `retryable` when all that is wrong is a store that
 * could not be asked.
 * @throws TypeError for an unknown option, an impossible app or stage, or a source without what it
 * needs.
 * @example
 * ```ts
 * const { env } = process;
 * const aws = createAws({ env });
 * const config = await loadConfig(definition, { app: 'orders', stage: 'prod', env, aws });
 * config.pricing.taxRate; // number
 * config.payments.apiKey.reveal(); // string
 * ```
 */
export async function loadConfig<T>(definition: ConfigDefinition<T>, options: LoadConfigOptions): Promise<T> {
  assertLoadOptions(options);
  const { output, faults, cause } = await readConfig(definition, options);
  if (output === undefined) throw new ConfigError(options, faults, cause === undefined ? undefined : { cause });
  // The schema has validated it; `T` is the schema's own output type, made read-only.
  return output as T;
}
