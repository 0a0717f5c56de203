import type { AwsError } from '@twelvefold/aws';
import { isSetupError } from '@twelvefold/aws/internal';

/** The answer of a store to one lookup. */
export type StoreAnswer =
  | {
      readonly kind: 'value';
      readonly text: string;
      /** `String`, `StringList` or `SecureString`; absent for a secret. */
      readonly type?: string;
      /** A parameter's number or a secret's version id. */
      readonly version?: string;
      /** The version id of a secret that was read by reference. */
      readonly secretVersion?: () => string | undefined;
      readonly modifiedAt?: Date;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'failed'; readonly error: AwsError };

export type StoreAnswers = Map<string, StoreAnswer>;

/**
 * Codes that speak of the name asked for, or of what it points to, and mean that it is not there.
 */
const MISSING = new Set(['ParameterNotFound', 'ParameterVersionNotFound', 'ResourceNotFoundException']);

/** Codes that speak of the caller: asking name by name would only repeat them. */
const CALLER = new Set([
  'ExpiredTokenException',
  'ExpiredToken',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'IncompleteSignature',
  'MissingAuthenticationToken',
]);

/** The answer for a name whose own call failed. */
export function answerOf(error: AwsError): StoreAnswer {
  return MISSING.has(error.awsCode) ? { kind: 'missing' } : { kind: 'failed', error };
}

/** Whether a whole call may have failed because of one of its names. */
export function mayIsolate(error: AwsError): boolean {
  return !error.retryable && !CALLER.has(error.awsCode) && !isSetupError(error);
}

/** Runs all, waits for all, and only then rejects: nothing is in flight any more. */
export async function allSettledOrThrow(work: ReadonlyArray<Promise<unknown>>): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
