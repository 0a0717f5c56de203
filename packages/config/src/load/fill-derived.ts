import type { ConfigFault } from '../errors/config-fault.ts';
import type { ConfigLeaf, DerivedLeaf } from '../schema/leaf.ts';
import { Secret } from '../secret.ts';
import { valueAt } from '../value-at.ts';

/**
 * Adds the derived values to a validated output and returns the faults of those that could not be
 * made. An absent object gets none.
 */
export function fillDerived(derived: readonly DerivedLeaf[], output: Record<string, unknown>): ConfigFault[] {
  const values = new Map<DerivedLeaf, unknown>();
  const faults: ConfigFault[] = [];
  const refuse = (leaf: DerivedLeaf, detail: string) => {
    const { key, secret } = leaf;
    if (!faults.some((fault) => fault.key === key)) {
      faults.push({ key, reason: 'malformed', secret, detail, lookedIn: [], supply: {} });
    }
    return undefined;
  };
  const make = (leaf: DerivedLeaf): unknown => {
    if (values.has(leaf)) return values.get(leaf);
    const inputs: Record<string, unknown> = {};
    for (const [name, input] of Object.entries(leaf.inputs)) {
      inputs[name] = 'derive' in input ? make(input) : valueAt(output, input);
      if (inputs[name] === undefined && !mayBeUndefined(input, output)) {
        return refuse(leaf, `it is made from ${input.key}, which is not set`);
      }
    }
    let value: unknown;
    try {
      value = leaf.derive(inputs);
    } catch (error) {
      // Never its message: it may quote what the value was made from.
      return refuse(
        leaf,
        `its function threw ${error instanceof Error ? error.name : 'something that is not an error'}`,
      );
    }
    if (value instanceof Promise) {
      // Its rejection must not end the process.
      value.catch(() => {});
      return refuse(leaf, 'its function is asynchronous; derive from what is there');
    }
    const whole = leaf.secret ? new Secret(Secret.isInstance(value) ? value.reveal() : value, leaf.key) : value;
    values.set(leaf, whole);
    return whole;
  };
  for (const leaf of derived) {
    const parent = valueAt(output, { path: leaf.path.slice(0, -1) });
    if (typeof parent !== 'object' || parent === null) continue;
    const value = make(leaf);
    // A key of the schema, so `parent` is the object that the schema made.
    if (values.has(leaf)) (parent as Record<string, unknown>)[leaf.path.at(-1) ?? ''] = value;
  }
  return faults;
}

/** Whether the key's own schema allows for its absence, its object being there. */
function mayBeUndefined(input: ConfigLeaf | DerivedLeaf, output: Record<string, unknown>): boolean {
  if ('derive' in input) return false;
  return input.optional && valueAt(output, { path: input.path.slice(0, -1) }) !== undefined;
}
