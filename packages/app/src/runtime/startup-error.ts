import { AwsError } from '@twelvefold/aws';
import { isSetupError } from '@twelvefold/aws/internal';
import { ConfigError } from '@twelvefold/config/internal';
import { TwelvefoldError } from '@twelvefold/core';

/** sysexits.h: EX_CONFIG and EX_UNAVAILABLE. */
const EXIT_CONFIG = 78;
const EXIT_UNAVAILABLE = 69;

/**
 * Joins what config and bindings each found wrong into one error; what may pass by itself comes
 * alone.
 */
export function startupError(failures: readonly unknown[]): unknown {
  if (failures.length === 1) return failures[0];
  const passing = failures.find(isPassing);
  if (passing) return passing;
  // A setting that the process lacks fails config and bindings alike: the config's fault has it
  // already.
  const reasonsOfConfig = failures.filter((failure) => ConfigError.isInstance(failure)).map(({ message }) => message);
  const isRepeated = (failure: unknown) =>
    failure instanceof Error &&
    isSetupError(failure) &&
    reasonsOfConfig.some((text) => text.includes(failure.message.replace(/^[^:]*: /, '')));
  const distinct = failures.filter((failure) => !isRepeated(failure));
  if (distinct.length === 1) return distinct[0];
  const messages = distinct.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  return new TwelvefoldError('CONFIG_INVALID', messages.join('\n'), { cause: new AggregateError(failures) });
}

/** Whether starting again later may help: an endpoint that is down, a throttled call. */
export function isPassing(error: unknown): boolean {
  return (AwsError.isInstance(error) || ConfigError.isInstance(error)) && error.retryable;
}

/**
 * The exit code that a failed start deserves: 78 for config, 69 for an endpoint that stayed down,
 * else 1.
 */
export function startupExitCode(error: unknown): number {
  if (isPassing(error)) return EXIT_UNAVAILABLE;
  const isConfig =
    ConfigError.isInstance(error) ||
    isSetupError(error) ||
    (['CONFIG_INVALID', 'BINDINGS_INVALID', 'STAGE_INVALID'] as const).some((code) =>
      TwelvefoldError.isInstance(error, code),
    );
  return isConfig ? EXIT_CONFIG : 1;
}
