import type { ConfigGroup, ConfigLeaf } from '../schema/leaf.ts';
import { Secret } from '../secret.ts';
import type { Found } from './find-value.ts';

/**
 * Builds the object that the schema reads. An object that may be absent is left out when nothing below it was found; a secret's
 * text travels inside a {@link Secret}.
 */
export function assemble(
  group: ConfigGroup,
  foundFor: (leaf: ConfigLeaf) => Found,
): { readonly input: Record<string, unknown>; readonly supplied: boolean } {
  // Without a prototype: zod would find the key `toString` there.
  const input: Record<string, unknown> = Object.create(null);
  let supplied = false;
  for (const [segment, child] of group.children) {
    if ('children' in child) {
      const below = assemble(child, foundFor);
      supplied ||= below.supplied;
      if (below.supplied || !child.optional) input[segment] = below.input;
      continue;
    }
    const found = foundFor(child);
    if (found.kind !== 'value') continue;
    supplied = true;
    input[segment] = child.secret && found.value !== null ? new Secret(found.value, child.key) : found.value;
  }
  return { input, supplied };
}
