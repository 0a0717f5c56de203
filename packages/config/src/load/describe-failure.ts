import type { AwsError } from '@twelvefold/aws';
import { isSetupError } from '@twelvefold/aws';
import type { FaultReason } from '../errors/config-fault.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import type { ConfigTarget } from '../schema/names.ts';
import { atTarget } from '../schema/names.ts';

/** Whether a failed call means that this name is denied, that the store could not be asked, or that it refuses the request. */
export function describeFailure(
  { place }: ConfigLeaf,
  error: AwsError,
  target: ConfigTarget,
): { readonly reason: FaultReason; readonly detail: string } {
  // The port's message names the endpoint, and a read has no value to quote.
  if (error.retryable) return { reason: 'unreachable', detail: error.message };
  // The same setting is missing for every call: the reason without the call is one line for all keys.
  if (isSetupError(error)) return { reason: 'unconfigured', detail: error.message.replace(/^[^:]*: /, '') };
  if (/denied|unauthorized|notauthorized/i.test(error.awsCode)) {
    const grant =
      place.in === 'parameterStore'
        ? `ssm:GetParameters on parameter ${atTarget(place.name, target)}`
        : `secretsmanager:GetSecretValue on secret ${atTarget(place.id, target)}, and ssm:GetParameters`;
    return {
      reason: 'denied',
      detail: `${error.awsCode}; the role needs ${grant} (and kms:Decrypt for a key of your own)`,
    };
  }
  // Credentials that have expired, a key that cannot decrypt, a name that the store will not take.
  return { reason: 'denied', detail: error.message };
}
