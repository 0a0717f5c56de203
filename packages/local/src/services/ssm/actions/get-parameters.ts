import { readBoolean, requireStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { readParameter } from '../read-parameter.ts';

/** What cannot be answered is listed in `InvalidParameters`, on a 200: also a secret reference that has no secret. */
export const getParameters: Action = (input, context) => {
  const names = requireStrings(input, 'Names', { min: 1, max: 10 });
  const withDecryption = readBoolean(input, 'WithDecryption') ?? false;
  const found: object[] = [];
  const invalid: string[] = [];
  for (const name of new Set(names)) {
    try {
      found.push(readParameter(name, withDecryption, context));
    } catch (error) {
      // A key that cannot be used fails the whole call.
      if (!(error instanceof ServiceError) || error.code === 'InvalidKeyId') throw error;
      invalid.push(name);
    }
  }
  return { Parameters: found, InvalidParameters: invalid };
};
