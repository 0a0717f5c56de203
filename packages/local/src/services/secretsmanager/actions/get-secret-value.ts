import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { requestedSecret } from '../find-secret.ts';
import { openVersion } from '../open-version.ts';
import { writeValue } from '../write-secret.ts';

export const getSecretValue: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  const id = readString(input, 'VersionId', { min: 32, max: 64 });
  const stage = readString(input, 'VersionStage', { min: 1, max: 256 });
  return writeValue(secret, openVersion(secret, { id, stage }, context), context);
};
