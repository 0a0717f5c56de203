import type { Secret, SecretVersion } from './store.ts';

/**
 * Puts a staging label on `version` and takes it off the one that has it. The version that loses AWSCURRENT gets AWSPREVIOUS, so
 * that callers which still use the old value can find it.
 */
export function moveStage(secret: Secret, stage: string, version: SecretVersion): void {
  const holder = [...secret.versions.values()].find(({ stages }) => stages.has(stage));
  if (holder === version) return;
  holder?.stages.delete(stage);
  version.stages.add(stage);
  if (stage === 'AWSCURRENT' && holder !== undefined) {
    version.stages.delete('AWSPREVIOUS');
    moveStage(secret, 'AWSPREVIOUS', holder);
  }
}
