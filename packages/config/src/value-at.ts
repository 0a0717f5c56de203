/**
 * The leaf's value in a nested object, or `undefined`. Only own properties count, and `null` counts
 * as not set unless the key is nullable.
 */
export function valueAt(
  values: unknown,
  leaf: { readonly path: readonly string[]; readonly nullable?: boolean },
): unknown {
  let at = values;
  for (const segment of leaf.path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, segment)) return undefined;
    // An own property by a name of the schema; what it holds is checked by the schema.
    at = (at as Record<string, unknown>)[segment];
  }
  return at === null && !leaf.nullable ? undefined : at;
}
