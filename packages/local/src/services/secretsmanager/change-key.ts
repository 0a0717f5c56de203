import type { CallContext } from '../../core/service.ts';
import { openValue, sealValue } from './sealed-value.ts';
import type { Secret } from './store.ts';

/** Encrypts what is in use under another key; older versions stay under theirs. From the API reference of UpdateSecret. */
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
