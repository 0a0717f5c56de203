import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { checkNotDeleted, requestedSecret } from '../find-secret.ts';
import { pendingVersion } from '../rotate.ts';

/** Turns rotation off; a version that was under way keeps AWSPENDING, as on AWS. */
export const cancelRotateSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  if (secret.rotation === undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation because the secret doesn't have rotation configured.",
    );
  }
  secret.rotation.enabled = false;
  secret.rotation.nextMs = undefined;
  secret.changedMs = context.clock.now();
  return { ARN: secret.arn, Name: secret.name, VersionId: pendingVersion(secret)?.id };
};
