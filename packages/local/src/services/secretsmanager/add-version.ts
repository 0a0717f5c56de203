import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { moveStage } from './move-stage.ts';
import type { SecretValue } from './secret-value.ts';
import type { Secret, SecretVersion } from './store.ts';

export const hasValue = (version: SecretVersion, value: SecretValue) =>
  version.string === value.string && version.binary === value.binary;

/**
 * Adds a version under the call's token; the same token with the same value is the same call again and changes nothing.
 *
 * @throws ServiceError `ResourceExistsException` for a token that another value has used.
 */
export function addVersion(
  secret: Secret,
  token: string,
  value: SecretValue,
  stages: readonly string[],
  { clock }: CallContext,
): SecretVersion {
  const existing = secret.versions.get(token);
  if (existing !== undefined) {
    if (hasValue(existing, value)) return existing;
    throw new ServiceError(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const version: SecretVersion = {
    id: token,
    createdMs: clock.now(),
    ...value,
    stages: new Set(),
    accessedMs: undefined,
  };
  const isFirst = secret.versions.size === 0;
  secret.versions.set(token, version);
  for (const stage of new Set(isFirst ? [...stages, 'AWSCURRENT'] : stages)) moveStage(secret, stage, version);
  secret.changedMs = clock.now();
  return version;
}
