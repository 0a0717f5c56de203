import { fillDerived } from '../load/fill-derived.ts';
import type { ConfigLeaf, DerivedLeaf, FoundDerived } from './leaf.ts';

/**
 * Finds the keys that each derived one is made from: by the schema's identity, so that the types
 * hold.
 *
 * @throws TypeError for an input that is not exactly one key of the config.
 */
export function resolveDerived(found: readonly FoundDerived[], leaves: readonly ConfigLeaf[]): DerivedLeaf[] {
  const resolved = new Map<FoundDerived, DerivedLeaf>();
  // Schemas are made before those that are derived from them, so there is no cycle.
  const make = (one: FoundDerived): DerivedLeaf => {
    const known = resolved.get(one);
    if (known) return known;
    const key = one.path.join('.');
    const inputs: Record<string, ConfigLeaf | DerivedLeaf> = {};
    for (const [name, schema] of Object.entries(one.definition.inputs)) {
      const plain = leaves.filter((leaf) => leaf.schema === schema);
      const derived = found.filter((other) => other.schema === schema);
      const [input] = [...plain, ...derived.map(make)];
      if (input === undefined || plain.length + derived.length > 1) {
        throw new TypeError(
          `Cannot define config key '${key}': its input '${name}' is ${input === undefined ? 'not a key' : 'several keys'} of this config; give the very schema of one key`,
        );
      }
      inputs[name] = input;
    }
    const secret = Object.values(inputs).some((input) => input.secret);
    const { derive } = one.definition;
    const leaf = Object.freeze({ key, path: one.path, secret, inputs, derive, fill: fillDerived });
    resolved.set(one, leaf);
    return leaf;
  };
  return found.map(make);
}
