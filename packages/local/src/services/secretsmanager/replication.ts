import { readBoolean, readStrings, readStructures, requireString } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Replica, Secret, SecretVersion } from './secret-store.ts';
import { checkNotDeleted, inRegion, liveSecrets, lookUpSecret, replicaArn, requestedSecret } from './secret-store.ts';
import { openValue, sealValue } from './secret-version.ts';

const refused = (message: string) => new ServiceError('InvalidParameterException', message);

/** Source: API reference, ReplicaRegionType. */
const REGION = /^([a-z]+-)+\d+$/;

interface Wanted {
  readonly region: string;
  readonly kmsKeyId: string | undefined;
}

/**
 * The `AddReplicaRegions` of a call.
 *
 * @throws ServiceError `InvalidParameterException`, also for the secret's own region
 */
export function readReplicaRegions(input: Record<string, unknown>, context: CallContext): Wanted[] {
  return (readStructures(input, 'AddReplicaRegions', { min: 1 }) ?? []).map((entry) => {
    const region = requireString(entry, 'Region', { min: 1, max: 128 });
    // The text is moto's.
    if (!REGION.test(region) || region === context.region) throw refused('Invalid replica region.');
    const kmsKeyId = entry.KmsKeyId === undefined ? undefined : requireString(entry, 'KmsKeyId', { max: 2048 });
    return { region, kmsKeyId };
  });
}

/** Versions with their values encrypted again, for the region of the replica. */
function copyVersions(secret: Secret, replica: Secret, context: CallContext, there: CallContext) {
  const copies = [...secret.versions.values()].map((version): SecretVersion => {
    const value = version.value && sealValue(replica, version.id, openValue(secret, version, context), there);
    return { ...version, value, stages: new Set(version.stages), accessedMs: undefined };
  });
  return new Map(copies.map((version) => [version.id, version]));
}

/** Brings the replica in one region up to date. */
function mirrorTo(secret: Secret, region: string, { kmsKeyId }: Replica, context: CallContext): void {
  const there = inRegion(context, region);
  const all = liveSecrets(there);
  const accessedMs = all.get(secret.name)?.accessedMs;
  const replica: Secret = {
    ...secret,
    arn: replicaArn(secret, region),
    kmsKeyId,
    accessedMs,
    policy: all.get(secret.name)?.policy,
    rotation: secret.rotation && { ...secret.rotation },
    tags: new Map(secret.tags),
    versions: new Map(),
    replicas: undefined,
    primaryRegion: context.region,
  };
  for (const [id, version] of copyVersions(secret, replica, context, there)) replica.versions.set(id, version);
  all.set(secret.name, replica);
}

/** Brings all replicas of a secret up to date. AWS takes seconds for it. */
function mirror(secret: Secret, context: CallContext): void {
  for (const [region, replica] of secret.replicas ?? []) {
    if (replica.status === 'InSync') mirrorTo(secret, region, replica, context);
  }
}

/**
 * Adds replicas. A region that has another secret of the name fails without an error, as on AWS,
 * unless the call overwrites it.
 */
export function addReplicas(
  secret: Secret,
  wanted: readonly Wanted[],
  overwrites: boolean,
  context: CallContext,
): void {
  if (wanted.length === 0) return;
  const replicas = new Map(secret.replicas);
  for (const { region, kmsKeyId } of wanted) {
    if (replicas.get(region)?.status === 'InSync') continue;
    const existing = liveSecrets(inRegion(context, region)).get(secret.name);
    const isFree = existing === undefined || overwrites;
    replicas.set(region, {
      kmsKeyId,
      status: isFree ? 'InSync' : 'Failed',
      message: isFree
        ? 'Replication succeeded'
        : `Replication failed: Secret name ${secret.name} already exists in region ${region}.`,
    });
  }
  secret.replicas = replicas;
  mirror(secret, context);
}

/** `ReplicationStatus`; undefined for a secret without replicas. */
export function writeReplication({ replicas, name }: Secret, context: CallContext) {
  if (replicas === undefined || replicas.size === 0) return undefined;
  return [...replicas].map(([Region, { kmsKeyId, status, message }]) => {
    const accessedMs = liveSecrets(inRegion(context, Region)).get(name)?.accessedMs;
    return {
      Region,
      KmsKeyId: kmsKeyId ?? 'alias/aws/secretsmanager',
      Status: status,
      StatusMessage: message,
      LastAccessedDate: accessedMs === undefined ? undefined : accessedMs / 1000,
    };
  });
}

/**
 * An action that changes a secret: refused for a replica, and carried to the replicas of a primary
 * secret. The text is moto's.
 */
export const onPrimary =
  (action: Action): Action =>
  async (input, context) => {
    const id = typeof input.SecretId === 'string' ? input.SecretId : '';
    if (lookUpSecret(id, context)?.primaryRegion !== undefined) {
      throw new ServiceError(
        'InvalidRequestException',
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      );
    }
    const output = await action(input, context);
    const secret = lookUpSecret(id, context);
    if (secret !== undefined) mirror(secret, context);
    return output;
  };

/**
 * @throws ServiceError `InvalidRequestException` for a secret that has replicas: they are removed
 *   first
 */
export function checkNoReplicas({ name, replicas }: Secret): void {
  const regions = [...(replicas ?? [])].filter(([, { status }]) => status === 'InSync').map(([region]) => region);
  if (regions.length === 0) return;
  throw new ServiceError(
    'InvalidParameterException',
    `You can't delete secret ${name} that still has replica regions [${regions.join(', ')}]`,
  );
}

export const replicateSecretToRegions: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const wanted = readReplicaRegions(input, context);
  if (wanted.length === 0) throw refused('You must provide AddReplicaRegions.');
  addReplicas(secret, wanted, readBoolean(input, 'ForceOverwriteReplicaSecret') ?? false, context);
  return { ARN: secret.arn, ReplicationStatus: writeReplication(secret, context) };
};

export const removeRegionsFromReplication: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const replicas = new Map(secret.replicas);
  for (const region of readStrings(input, 'RemoveReplicaRegions', { min: 1 }) ?? []) {
    const all = liveSecrets(inRegion(context, region));
    if (all.get(secret.name)?.primaryRegion === context.region) all.delete(secret.name);
    replicas.delete(region);
  }
  secret.replicas = replicas;
  return { ARN: secret.arn, ReplicationStatus: writeReplication(secret, context) ?? [] };
};

/** Called in the replica's region: makes a secret of it that is changed there. */
export const stopReplicationToReplica: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  const { primaryRegion } = secret;
  if (primaryRegion === undefined) {
    throw new ServiceError('InvalidRequestException', 'The secret is not a replica.');
  }
  secret.primaryRegion = undefined;
  const primary = liveSecrets(inRegion(context, primaryRegion)).get(secret.name);
  const replicas = new Map(primary?.replicas);
  replicas.delete(context.region);
  if (primary !== undefined) primary.replicas = replicas;
  return { ARN: secret.arn };
};
