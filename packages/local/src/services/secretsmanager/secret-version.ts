import { readString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { decryptFor, encryptFor } from '../kms/service-encryption.ts';
import type { SealedValue, Secret, SecretVersion } from './secret-store.ts';
import { checkNotDeleted } from './secret-store.ts';

interface SecretValue {
  readonly string: string | undefined;
  /** Base64. */
  readonly binary: string | undefined;
}

const MAX_BYTES = 65_536;

function checkBytes(name: string, bytes: number): void {
  if (bytes >= 1 && bytes <= MAX_BYTES) return;
  const rule = bytes < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAX_BYTES}`;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have length ${rule}`,
  );
}

/**
 * The value in a call, undefined where it has none.
 *
 * @throws ServiceError for two values, or one of 0 or more than 65,536 bytes.
 */
export function readSecretValue(input: Record<string, unknown>): SecretValue | undefined {
  const string = readString(input, 'SecretString');
  const binary = readString(input, 'SecretBinary');
  if (string !== undefined && binary !== undefined) {
    throw new ServiceError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (string !== undefined) checkBytes('secretString', Buffer.byteLength(string));
  if (binary !== undefined) checkBytes('secretBinary', Buffer.from(binary, 'base64').byteLength);
  return string === undefined && binary === undefined ? undefined : { string, binary };
}

/**
 * The new version's id.
 *
 * @throws ServiceError for a call without one (SDKs make one up) or of the wrong length.
 */
export function readClientRequestToken(input: Record<string, unknown>): string {
  const token = readString(input, 'ClientRequestToken');
  if (token === undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  }
  if (token.length < 32 || token.length > 64) {
    throw new ServiceError('InvalidParameterException', 'ClientRequestToken must be 32-64 characters long.');
  }
  return token;
}

// From the KMS developer guide on Secrets Manager: what binds a value to its secret and version.
const contextOf = (secret: Secret, versionId: string) => ({ SecretARN: secret.arn, SecretVersionId: versionId });

/** The answer where KMS refuses, in the words of KMS. */
function withKeyErrors<T>(code: 'EncryptionFailure' | 'DecryptionFailure', doing: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(
      code,
      `Secrets Manager can't ${doing} the protected secret text using the provided KMS key: ${error.message}`,
    );
  }
}

/** @throws ServiceError `EncryptionFailure` for a key that cannot be used */
export function sealValue(secret: Secret, versionId: string, value: SecretValue, context: CallContext): SealedValue {
  const kind = value.string === undefined ? 'binary' : 'string';
  const plaintext = Buffer.from(value.string ?? value.binary ?? '', kind === 'string' ? 'utf8' : 'base64');
  const keyId = secret.kmsKeyId ?? 'alias/aws/secretsmanager';
  return withKeyErrors('EncryptionFailure', 'encrypt', () => ({
    kind,
    sealed: encryptFor(context, keyId, plaintext, contextOf(secret, versionId)),
  }));
}

/**
 * The value of a version; both undefined while it has none.
 *
 * @throws ServiceError `DecryptionFailure` for a key that cannot be used
 */
export function openValue(secret: Secret, { id, value }: SecretVersion, context: CallContext): SecretValue {
  if (value === undefined) return { string: undefined, binary: undefined };
  const plaintext = withKeyErrors('DecryptionFailure', 'decrypt', () =>
    decryptFor(context, value.sealed, contextOf(secret, id)),
  );
  return value.kind === 'string'
    ? { string: plaintext.toString(), binary: undefined }
    : { string: undefined, binary: plaintext.toString('base64') };
}

/** A date, as AWS keeps of accesses: the time of day is cut off. */
const dayOf = (ms: number) => ms - (ms % 86_400_000);

const findByStage = ({ versions }: Secret, stage: string) =>
  [...versions.values()].find(({ stages }) => stages.has(stage));

/**
 * The version that `id` and `stage` name, AWSCURRENT without either; notes the access.
 *
 * @throws ServiceError `ResourceNotFoundException` where there is no such version,
 *   `InvalidRequestException` where the two name different ones or the secret is marked for
 *   deletion.
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

/**
 * Puts a staging label on `version` and takes it off the one that has it. The version that loses
 * AWSCURRENT gets AWSPREVIOUS, so that callers which still use the old value can find it.
 */
export function moveStage(secret: Secret, stage: string, version: SecretVersion): void {
  const holder = [...secret.versions.values()].find(({ stages }) => stages.has(stage));
  if (holder === version) return;
  holder?.stages.delete(stage);
  version.stages.add(stage);
  if (stage === 'AWSCURRENT' && holder !== undefined) {
    holder.stages.delete('AWSPENDING'); // recorded on AWS
    version.stages.delete('AWSPREVIOUS');
    moveStage(secret, 'AWSPREVIOUS', holder);
  }
}

/** From the Secrets Manager quotas. */
const MAX_STAGES = 20;
/** About a hundred: older ones without a label go, unless they are younger than a day. */
const MAX_VERSIONS = 100;
const DAY_MS = 86_400_000;

export function hasValue(secret: Secret, version: SecretVersion, value: SecretValue, context: CallContext): boolean {
  const current = openValue(secret, version, context);
  return current.string === value.string && current.binary === value.binary;
}

/**
 * @throws ServiceError `LimitExceededException` where a secret would have more than twenty staging
 *   labels
 */
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
 * Adds a version under the call's token, or fills the one that a rotation has begun; the same token
 * with the same value is the same call again and changes nothing.
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

/**
 * Encrypts what is in use under another key; older versions stay under theirs. From the API
 * reference of UpdateSecret.
 */
export function changeKey(secret: Secret, kmsKeyId: string, context: CallContext): void {
  const moved = { ...secret, kmsKeyId };
  const inUse = [...secret.versions.values()].filter(
    ({ stages, value }) =>
      value !== undefined && ['AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING'].some((stage) => stages.has(stage)),
  );
  // All are made before any is kept: a key that cannot be used changes nothing.
  const sealed = inUse.map((version) => sealValue(moved, version.id, openValue(secret, version, context), context));
  for (const [index, version] of inUse.entries()) version.value = sealed[index];
  secret.kmsKeyId = kmsKeyId;
}
