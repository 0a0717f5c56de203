import { randomUUID } from 'node:crypto';
import { readBoolean, readString } from '../../core/input.ts';
import type { Action, ResumeContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { nextRotation, readRotationRules } from './rotation-rules.ts';
import type { Secret, SecretVersion } from './secret-store.ts';
import { checkNotDeleted, liveSecrets, requestedSecret } from './secret-store.ts';
import { readClientRequestToken } from './secret-version.ts';

/** The means of a rotation: a call's context has them, and so has a resumed snapshot. */
type Place = Pick<ResumeContext, 'stores' | 'clock' | 'functions' | 'background' | 'permits' | 'region'>;

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

const holderOf = ({ versions }: Secret, stage: string) =>
  [...versions.values()].find(({ stages }) => stages.has(stage));

/** The version of a rotation that has begun and not ended: AWSPENDING, apart from AWSCURRENT. */
function pendingVersion(secret: Secret): SecretVersion | undefined {
  const pending = holderOf(secret, 'AWSPENDING');
  return pending?.stages.has('AWSCURRENT') ? undefined : pending;
}

/** Puts AWSPENDING on a version without a value, which the function is to fill. */
function beginVersion(secret: Secret, token: string, nowMs: number): void {
  const existing = secret.versions.get(token);
  const version = existing ?? {
    id: token,
    createdMs: nowMs,
    value: undefined,
    stages: new Set<string>(),
    accessedMs: undefined,
  };
  holderOf(secret, 'AWSPENDING')?.stages.delete('AWSPENDING');
  version.stages.add('AWSPENDING');
  secret.versions.set(token, version);
}

const isHere = (secret: Secret, place: Place) =>
  liveSecrets(place).get(secret.name) === secret && secret.deletion === undefined;

/**
 * Rotates when the schedule says so, again and again. A reset, a deletion and a new schedule end
 * it.
 */
export function armRotation(secret: Secret, place: Place): void {
  const dueMs = secret.rotation?.enabled ? secret.rotation.nextMs : undefined;
  if (dueMs === undefined) return;
  place.clock.after(Math.max(0, dueMs - place.clock.now()), () => {
    if (!isHere(secret, place) || secret.rotation?.nextMs !== dueMs || !secret.rotation.enabled) return;
    const token = pendingVersion(secret)?.id ?? randomUUID();
    if (!secret.versions.has(token)) beginVersion(secret, token, place.clock.now());
    place.background(() => rotate(secret, token, place));
  });
}

/** Whether the function's policy lets Secrets Manager invoke it for the secret. */
const mayInvoke = (functionArn: string, { arn }: Secret, { permits, region }: Pick<Place, 'permits' | 'region'>) =>
  permits({
    from: 'secretsmanager.amazonaws.com',
    action: 'lambda:InvokeFunction',
    resource: functionArn,
    sourceArn: arn,
    region,
  });

/**
 * Invokes one step of the rotation function.
 *
 * @throws Error where the function's policy forbids it
 */
async function invokeStep(secret: Secret, step: string, token: string, place: Place): Promise<unknown> {
  const functionArn = secret.rotation?.functionArn ?? '';
  if (!mayInvoke(functionArn, secret, place)) throw new Error(`Secrets Manager may not invoke ${functionArn}`);
  return place.functions.invoke(functionArn, { Step: step, SecretId: secret.arn, ClientRequestToken: token });
}

/**
 * Runs the four steps one after another. A step that fails ends the rotation: AWSPENDING stays, and
 * the next one takes it up again. Never rejects; AWS tells of it in CloudTrail alone.
 */
async function rotate(secret: Secret, token: string, place: Place): Promise<void> {
  try {
    for (const step of STEPS) {
      if (!isHere(secret, place)) return;
      await invokeStep(secret, step, token, place);
    }
    if (secret.versions.get(token)?.stages.has('AWSCURRENT')) secret.rotatedMs = place.clock.now();
  } catch {
    // as said above: the labels tell that it did not end
  }
  if (!isHere(secret, place) || secret.rotation === undefined) return;
  secret.rotation.nextMs = nextRotation(secret.rotation.rules, place.clock.now());
  armRotation(secret, place);
}

const invalid = (message: string) => new ServiceError('InvalidRequestException', message);

/**
 * Answers at once, as AWS does: the function runs afterwards. Without `RotateImmediately` only its
 * testSecret runs.
 */
export const rotateSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const token = readClientRequestToken(input);
  const rules = readRotationRules(input) ??
    secret.rotation?.rules ?? { days: undefined, schedule: undefined, duration: undefined };
  const functionArn = readString(input, 'RotationLambdaARN', { max: 2048 }) || secret.rotation?.functionArn;
  const immediately = readBoolean(input, 'RotateImmediately') ?? true;
  if (functionArn === undefined) throw invalid('No Lambda rotation function ARN is associated with this secret.');
  // API reference of RotateSecret: the caller needs it too.
  context.touches(functionArn, 'lambda:InvokeFunction');
  if (!context.functions.has(functionArn) || !mayInvoke(functionArn, secret, context)) {
    throw new ServiceError(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    );
  }
  if (secret.versions.get(token)?.stages.has('AWSCURRENT'))
    return { ARN: secret.arn, Name: secret.name, VersionId: token };
  secret.rotation = { functionArn, rules, enabled: true, nextMs: nextRotation(rules, context.clock.now()) };
  secret.changedMs = context.clock.now();
  const pending = pendingVersion(secret);
  if (pending !== undefined && pending.id !== token && immediately) {
    context.background(() => rotate(secret, pending.id, context));
    throw invalid("A previous rotation isn't complete. That rotation will be reattempted.");
  }
  if (immediately) {
    beginVersion(secret, token, context.clock.now());
    context.background(() => rotate(secret, token, context));
    return { ARN: secret.arn, Name: secret.name, VersionId: token };
  }
  armRotation(secret, context);
  if (pending === undefined) {
    beginVersion(secret, token, context.clock.now());
    const forget = () => secret.versions.delete(token);
    context.background(() => invokeStep(secret, 'testSecret', token, context).finally(forget));
  }
  return { ARN: secret.arn, Name: secret.name };
};

/** Turns rotation off; a version that was under way keeps AWSPENDING, as on AWS. */
export const cancelRotateSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  if (secret.rotation === undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation because the secret doesn't have rotation configured.",
    );
  }
  secret.rotation.enabled = false;
  secret.rotation.nextMs = undefined;
  secret.changedMs = context.clock.now();
  return { ARN: secret.arn, Name: secret.name, VersionId: pendingVersion(secret)?.id };
};
