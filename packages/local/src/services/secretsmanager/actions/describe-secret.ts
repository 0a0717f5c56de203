import type { Action } from '../../../core/service.ts';
import { requestedSecret } from '../find-secret.ts';
import { writeSecret, writeStages } from '../write-secret.ts';

/** Also answers for a secret that is marked for deletion. */
export const describeSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  return { ...writeSecret(secret), VersionIdsToStages: writeStages(secret) };
};
