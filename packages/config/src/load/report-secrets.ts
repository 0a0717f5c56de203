import type { ConfigLeaf, DerivedLeaf } from '../schema/leaf.ts';
import { Secret } from '../secret.ts';
import { valueAt } from '../value-at.ts';
import type { Found } from './find-value.ts';

/**
 * Tells `onSecret` every text that must not be printed: what the sources hold for secrets, malformed or not, and what the
 * schema made of it. Each once; empty text is left out, for masking it would mask everything.
 */
export function reportSecrets(
  found: ReadonlyMap<ConfigLeaf, Found>,
  derived: readonly DerivedLeaf[],
  output: unknown,
  onSecret: (value: string, key: string) => void,
): void {
  const told = new Set(['']);
  const tell = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (!told.has(value)) onSecret(value, key);
      told.add(value);
    } else if (Secret.isInstance(value)) {
      tell(value.reveal(), key);
    } else if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) tell(child, key);
    }
  };
  for (const [leaf, value] of found) {
    if (!leaf.secret) continue;
    if (value.kind !== 'absent') tell(value.raw, leaf.key);
    if (value.kind === 'value') tell(value.value, leaf.key);
    tell(valueAt(output, leaf), leaf.key);
  }
  for (const leaf of derived) if (leaf.secret) tell(valueAt(output, leaf), leaf.key);
}
