import { readString, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { addTags, readTags } from '../../json-tags.ts';
import { addVersion, hasValue } from '../add-version.ts';
import { newSecretArn, secretArnForPolicy } from '../secret-id.ts';
import { readClientRequestToken, readSecretValue } from '../secret-value.ts';
import type { Secret } from '../store.ts';
import { liveSecrets } from '../store.ts';

export const createSecret: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 512 });
  context.touches(secretArnForPolicy(name, context));
  if (!/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) {
    throw new ServiceError(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  const value = readSecretValue(input);
  const token = value && readClientRequestToken(input);
  const all = liveSecrets(context);
  const existing = all.get(name);
  if (existing?.deletion !== undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (existing !== undefined) {
    const version = token && existing.versions.get(token);
    if (!version || !value || !hasValue(existing, version, value, context)) {
      throw new ServiceError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    return { ARN: existing.arn, Name: name, VersionId: version.id };
  }
  const secret: Secret = {
    name,
    arn: newSecretArn(name, context),
    createdMs: context.clock.now(),
    changedMs: context.clock.now(),
    accessedMs: undefined,
    description: readString(input, 'Description', { max: 2048 }),
    kmsKeyId: readString(input, 'KmsKeyId'),
    policy: undefined,
    rotation: undefined,
    rotatedMs: undefined,
    tags: new Map(),
    versions: new Map(),
    deletion: undefined,
  };
  addTags(secret.tags, readTags(input) ?? new Map(), 'LimitExceededException');
  if (value && token) addVersion(secret, token, value, ['AWSCURRENT'], context);
  all.set(name, secret);
  return { ARN: secret.arn, Name: name, VersionId: token };
};
