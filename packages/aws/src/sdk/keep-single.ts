import type { SdkCommand } from './sdk-client.ts';
import { refusedConnection } from './to-aws-error.ts';

/**
 * A failure that leaves open whether the call had its effect. Deliberately without `cause` and
 * `$metadata`: the SDK's retry looks through both.
 */
export class OpenOutcome extends Error {
  override readonly name = 'OpenOutcome';
  readonly failure: unknown;

  constructor(failure: unknown) {
    super('The call may have had its effect');
    this.failure = failure;
  }
}

/**
 * Keeps the SDK from sending a write again that may have happened: no answer came although the
 * request was on its way, or
 * AWS answered 5xx ("the operation might have succeeded", DynamoDB developer guide, error
 * handling). Throttled and refused
 * calls had no effect and are tried again as ever.
 */
export function keepSingle(command: SdkCommand): void {
  command.middlewareStack.add(
    (next: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
      try {
        return await next(args);
      } catch (error) {
        throw mayHaveHappened(error) ? new OpenOutcome(error) : error;
      }
    },
    // Inside of the SDK's retry, which is the outermost of this step.
    { step: 'finalizeRequest', name: 'twelvefoldSingle', override: true },
  );
}

function mayHaveHappened(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string }; // as the SDK throws it
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500;
  return name !== 'AbortError' && refusedConnection(error) === undefined;
}
