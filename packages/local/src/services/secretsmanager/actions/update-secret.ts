import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { addVersion } from '../add-version.ts';
import { changeKey } from '../change-key.ts';
import { checkNotDeleted, requestedSecret } from '../find-secret.ts';
import { readClientRequestToken, readSecretValue } from '../secret-value.ts';

export const updateSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const description = readString(input, 'Description', { max: 2048 });
  const kmsKeyId = readString(input, 'KmsKeyId', { max: 2048 });
  const value = readSecretValue(input);
  if (kmsKeyId !== undefined && kmsKeyId !== secret.kmsKeyId) changeKey(secret, kmsKeyId, context);
  const version = value && addVersion(secret, readClientRequestToken(input), value, ['AWSCURRENT'], context);
  secret.description = description ?? secret.description;
  secret.changedMs = context.clock.now();
  return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
};
