import { requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { lookUpSecret, secretArnForPolicy } from './secret-id.ts';
import type { Secret } from './store.ts';

/** The secret that `id` names, also one that is marked for deletion. @throws ServiceError `ResourceNotFoundException`. */
export function findSecret(id: string, context: CallContext): Secret {
  const secret = lookUpSecret(id, context);
  if (secret === undefined) {
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return secret;
}

/** The secret of a call's `SecretId`, named in the call log. */
export function requestedSecret(input: Record<string, unknown>, context: CallContext): Secret {
  const id = requireString(input, 'SecretId', { min: 1, max: 2048 });
  context.touches(secretArnForPolicy(id, context));
  return findSecret(id, context);
}

/** @throws ServiceError `InvalidRequestException` for a secret that is marked for deletion. */
export function checkNotDeleted(secret: Secret): void {
  if (secret.deletion !== undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
}
