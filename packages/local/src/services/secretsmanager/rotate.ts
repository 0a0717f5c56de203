import { randomUUID } from 'node:crypto';
import type { ResumeContext } from '../../core/service.ts';
import { nextRotation } from './rotation-rules.ts';
import type { Secret, SecretVersion } from './store.ts';
import { liveSecrets } from './store.ts';

/** What rotates: a call's context has it, and what a snapshot resumes. */
type Place = Pick<ResumeContext, 'stores' | 'clock' | 'functions' | 'background'>;

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

const holderOf = ({ versions }: Secret, stage: string) =>
  [...versions.values()].find(({ stages }) => stages.has(stage));

/** The version of a rotation that has begun and not ended: AWSPENDING, apart from AWSCURRENT. */
export function pendingVersion(secret: Secret): SecretVersion | undefined {
  const pending = holderOf(secret, 'AWSPENDING');
  return pending?.stages.has('AWSCURRENT') ? undefined : pending;
}

/** Puts AWSPENDING on a version without a value, which the function is to fill. */
export function beginVersion(secret: Secret, token: string, nowMs: number): void {
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

/** Rotates when the schedule says so, again and again. A reset, a deletion and a new schedule end it. */
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

/** Invokes one step of the rotation function. */
export const invokeStep = (secret: Secret, step: string, token: string, { functions }: Pick<Place, 'functions'>) =>
  functions.invoke(secret.rotation?.functionArn ?? '', { Step: step, SecretId: secret.arn, ClientRequestToken: token });

/**
 * Runs the four steps one after another. A step that fails ends the rotation: AWSPENDING stays, and the next one takes it up again.
 * Never rejects; AWS tells of it in CloudTrail alone.
 */
export async function rotate(secret: Secret, token: string, place: Place): Promise<void> {
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
