/** Data by top-level field, as JSON. */
type Fields = ReadonlyMap<string, string>;

/** The fields of a JSON object. */
export function fieldsOf(data: unknown): Fields {
  const fields = new Map<string, string>();
  for (const [field, value] of Object.entries(data as object)) {
    const json: string | undefined = JSON.stringify(value); // undefined for undefined
    if (json !== undefined) fields.set(field, json);
  }
  return fields;
}

/**
 * The fields that were added, changed or removed. Another order of keys inside of a field counts as
 * a change.
 */
export function changedFields(before: Fields, after: Fields): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((field) => before.get(field) !== after.get(field));
}

/** `theirs` with `fields` as they are in `mine`. */
export function mergeFields(
  storedFields: Fields,
  localFields: Fields,
  fields: readonly string[],
): Record<string, unknown> {
  const merged = new Map(storedFields);
  for (const field of fields) {
    const value = localFields.get(field);
    if (value === undefined) merged.delete(field);
    else merged.set(field, value);
  }
  return Object.fromEntries([...merged].map(([field, json]) => [field, JSON.parse(json)]));
}
