import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { moveStage } from './move-stage.ts';
import { openValue, sealValue } from './sealed-value.ts';
import type { SecretValue } from './secret-value.ts';
import type { Secret, SecretVersion } from './store.ts';

/** From the Secrets Manager quotas. */
const MAX_STAGES = 20;
/** About a hundred: older ones without a label go, unless they are younger than a day. */
const MAX_VERSIONS = 100;
const DAY_MS = 86_400_000;

export function hasValue(secret: Secret, version: SecretVersion, value: SecretValue, context: CallContext): boolean {
  const kept = openValue(secret, version, context);
  return kept.string === value.string && kept.binary === value.binary;
}

/** @throws ServiceError `LimitExceededException` where a secret would have more than twenty staging labels */
export function checkStages({ versions }: Secret, added: readonly string[]): void {
  const all = new Set([...versions.values()].flatMap(({ stages }) => [...stages]));
  for (const stage of added) all.add(stage);
  if (all.size > MAX_STAGES) {
    throw new ServiceError('LimitExceededException', `A secret can have at most ${MAX_STAGES} staging labels`);
  }
}

/** Takes the oldest versions that nothing names out of a secret that has too many. */
function makeRoom({ versions }: Secret, nowMs: number): void {
  for (const { id, stages, createdMs } of versions.values()) {
    if (versions.size < MAX_VERSIONS) return;
    if (stages.size === 0 && createdMs + DAY_MS <= nowMs) versions.delete(id);
  }
}

/**
 * Adds a version under the call's token, or fills the one that a rotation has begun; the same token with the same value is the same
 * call again and changes nothing.
 *
 * @throws ServiceError `ResourceExistsException` for a token that another value has used.
 */
export function addVersion(
  secret: Secret,
  token: string,
  value: SecretValue,
  stages: readonly string[],
  context: CallContext,
): SecretVersion {
  const existing = secret.versions.get(token);
  if (existing?.value !== undefined) {
    if (hasValue(secret, existing, value, context)) return existing;
    throw new ServiceError(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  checkStages(secret, stages);
  const now = context.clock.now();
  const version: SecretVersion = existing ?? {
    id: token,
    createdMs: now,
    value: undefined,
    stages: new Set(),
    accessedMs: undefined,
  };
  version.value = sealValue(secret, token, value, context);
  const isFirst = ![...secret.versions.values()].some((other) => other.stages.has('AWSCURRENT'));
  makeRoom(secret, now);
  secret.versions.set(token, version);
  for (const stage of new Set(isFirst && existing === undefined ? [...stages, 'AWSCURRENT'] : stages)) {
    moveStage(secret, stage, version);
  }
  secret.changedMs = now;
  return version;
}
