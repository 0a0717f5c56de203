import { readBoolean, readInteger, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { findSecret } from '../find-secret.ts';
import { lookUpSecret, newSecretArn, secretArnForPolicy } from '../secret-id.ts';
import { liveSecrets } from '../store.ts';
import { seconds } from '../write-secret.ts';

const DAY_MS = 86_400_000;
const DEFAULT_WINDOW_DAYS = 30;

export const deleteSecret: Action = (input, context) => {
  const id = requireString(input, 'SecretId', { min: 1, max: 2048 });
  context.touches(secretArnForPolicy(id, context));
  const force = readBoolean(input, 'ForceDeleteWithoutRecovery') ?? false;
  const window = readInteger(input, 'RecoveryWindowInDays');
  if (force && window !== undefined) {
    throw new ServiceError(
      'InvalidParameterException',
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (window !== undefined && (window < 7 || window > 30)) {
    throw new ServiceError(
      'InvalidParameterException',
      'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
    );
  }
  const now = context.clock.now();
  if (force) {
    // Forced deletion of what is not there succeeds, so that scripts can repeat it.
    const secret = lookUpSecret(id, context);
    if (secret !== undefined) liveSecrets(context).delete(secret.name);
    return { ARN: secret?.arn ?? newSecretArn(id, context), Name: secret?.name ?? id, DeletionDate: seconds(now) };
  }
  const secret = findSecret(id, context);
  if (secret.deletion !== undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was already scheduled for deletion.",
    );
  }
  secret.deletion = { markedMs: now, dueMs: now + (window ?? DEFAULT_WINDOW_DAYS) * DAY_MS };
  return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(secret.deletion.dueMs) };
};
