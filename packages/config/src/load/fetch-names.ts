import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { PlannedCall } from '../plan.ts';
import { REFERENCE } from '../plan.ts';

/** What the stores say about one name. */
export type StoreAnswer =
  | { readonly kind: 'value'; readonly text: string; readonly list: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: AwsError };

/** Codes that speak of the name asked for, or of what it points to, and mean that it is not there. */
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
  'CredentialsProviderError',
  'RegionMissing',
]);

/**
 * Makes all calls at once and says what became of each name. One denied name, or one secret reference that leads nowhere,
 * rejects a whole GetParameters call: its names are then asked for one by one, so that the rest loads.
 *
 * @throws what the port rejects with when it is no {@link AwsError}, e.g. the signal's reason; nothing is in flight any more then.
 */
export async function fetchNames(
  aws: Aws,
  calls: readonly PlannedCall[],
  signal: AbortSignal | undefined,
): Promise<Map<string, StoreAnswer>> {
  const answers = new Map<string, StoreAnswer>();
  const settled = await Promise.allSettled(calls.map((call) => fetchCall(aws, call.names, signal, answers)));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return answers;
}

async function fetchCall(
  aws: Aws,
  names: readonly string[],
  signal: AbortSignal | undefined,
  answers: Map<string, StoreAnswer>,
): Promise<void> {
  try {
    const input = { Names: [...names], WithDecryption: true };
    const { Parameters = [] } = await aws.call('ssm', 'GetParameters', input, { access: 'read', signal });
    for (const name of names) {
      // Some endpoints (moto 5.2) answer a secret reference under the secret's own name.
      const found = Parameters.find(({ Name }) => Name === name || (Name !== undefined && name === REFERENCE + Name));
      answers.set(
        name,
        found?.Value === undefined
          ? { kind: 'missing' }
          : { kind: 'value', text: found.Value, list: found.Type === 'StringList' },
      );
    }
  } catch (error) {
    if (!AwsError.isInstance(error)) throw error;
    if (names.length > 1 && !error.retryable && !CALLER.has(error.code)) {
      const settled = await Promise.allSettled(names.map((name) => fetchCall(aws, [name], signal, answers)));
      const failed = settled.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return;
    }
    for (const name of names)
      answers.set(name, MISSING.has(error.code) ? { kind: 'missing' } : { kind: 'failed', error });
  }
}
