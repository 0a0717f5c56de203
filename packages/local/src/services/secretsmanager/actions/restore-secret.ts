import type { Action } from '../../../core/service.ts';
import { requestedSecret } from '../find-secret.ts';

export const restoreSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  secret.deletion = undefined;
  return { ARN: secret.arn, Name: secret.name };
};
