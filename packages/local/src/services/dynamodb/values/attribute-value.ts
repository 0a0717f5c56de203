/** A value on the wire: one type tag, one payload. Numbers are decimal strings, binary is base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Attributes };

/**
 * Attributes by name: an item, a key or a map. Made without a prototype ({@link emptyAttributes}), since `constructor` and
 * `__proto__` are attribute names like any other. Never changed once stored.
 */
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

export const ATTRIBUTE_TYPES: readonly AttributeType[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'];

/** The type tag of a value that has been normalised, so has exactly one. */
export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType; // the union's members have no other key
  throw new TypeError('Cannot read an attribute value: it has no type');
}

/** Attributes under construction, with no prototype to be confused with attributes. */
export function emptyAttributes(): Record<string, AttributeValue> {
  return Object.create(null) as Record<string, AttributeValue>; // an object without any property has the shape
}

/** A copy that may be changed. */
export function copyAttributes(attributes: Attributes): Record<string, AttributeValue> {
  return Object.assign(emptyAttributes(), attributes);
}
