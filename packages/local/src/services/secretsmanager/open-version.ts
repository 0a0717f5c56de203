import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkNotDeleted } from './find-secret.ts';
import type { Secret, SecretVersion } from './store.ts';

/** A date, as AWS keeps of accesses: the time of day is cut off. */
const dayOf = (ms: number) => ms - (ms % 86_400_000);

const findByStage = ({ versions }: Secret, stage: string) =>
  [...versions.values()].find(({ stages }) => stages.has(stage));

/**
 * The version that `id` and `stage` name, AWSCURRENT without either; notes the access.
 *
 * @throws ServiceError `ResourceNotFoundException` where there is no such version, `InvalidRequestException` where the two name
 * different ones or the secret is marked for deletion.
 */
export function openVersion(
  secret: Secret,
  { id, stage }: { id?: string | undefined; stage?: string | undefined },
  { clock }: CallContext,
): SecretVersion {
  checkNotDeleted(secret);
  const version = id === undefined ? findByStage(secret, stage ?? 'AWSCURRENT') : secret.versions.get(id);
  // A rotation that has begun may not have a value yet.
  if (version?.value === undefined) {
    const what = id === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${id}`;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}`,
    );
  }
  if (id !== undefined && stage !== undefined && !version.stages.has(stage)) {
    throw new ServiceError(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  version.accessedMs = dayOf(clock.now());
  secret.accessedMs = version.accessedMs;
  return version;
}
