import type { Aws } from '@twelvefold/aws';
import { AwsError, lambda } from '@twelvefold/aws';
import { TwelvefoldError } from '@twelvefold/core';
import { messageOf } from '@twelvefold/core/internal';
import type { Launcher } from './launcher.ts';

export interface LambdaLauncherOptions {
  readonly aws: Aws;
  /** The function of a task, e.g. `orders-prod-recalculate-totals`. */
  functionOf(task: string): string;
  /** Parameters that the record does not have. They are in the event only. @defaultValue none */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
}

/** The event of one leg. */
export interface LegEvent {
  readonly run: string;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

/**
 * Starts legs by asynchronous invocations of the task's function.
 *
 * Lambda tries such an event three times unless `MaximumRetryAttempts` is 0, as the
 * infrastructure sets
 * it; a second delivery of one event is refused by the lease in any case.
 *
 * @example
 * ```ts
 * const launcher = lambdaLauncher({ aws, functionOf: (task) => `orders-prod-${task}` });
 * await launcher.launch(run, 'token');
 * ```
 */
export function lambdaLauncher({ aws, functionOf, secrets }: LambdaLauncherOptions): Launcher {
  return {
    async launch({ id, task }, _token, { signal } = {}) {
      const name = functionOf(task);
      const event: LegEvent = { run: id, ...(secrets && Object.keys(secrets).length > 0 && { secrets }) };
      const input = { FunctionName: name, InvocationType: 'Event', Payload: JSON.stringify(event) } as const;
      try {
        await aws.call(lambda, 'Invoke', input, { access: 'write', signal });
        return name;
      } catch (error) {
        const cure = AwsError.isInstance(error, 'ResourceNotFoundException')
          ? 'deploy the function, or check the stage'
          : "check that the caller may 'lambda:InvokeFunction' on it";
        const message = `Cannot start run ${id} on Lambda: function ${name}: ${messageOf(error)}; ${cure}`;
        throw new TwelvefoldError('RUN_NOT_STARTED', message, { cause: error });
      }
    },
  };
}
