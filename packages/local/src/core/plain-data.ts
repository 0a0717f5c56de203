const PLAIN = new Set<unknown>([Object.prototype, null, Array.prototype, Map.prototype, Set.prototype, Date.prototype]);

function fault(value: unknown, path: string, seen: Set<object>): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return `${path} is a ${typeof value}`;
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return undefined;
  if (!PLAIN.has(Object.getPrototypeOf(value))) return `${path} is an instance of ${value.constructor?.name}`;
  const children: Iterable<readonly [unknown, unknown]> =
    value instanceof Map || value instanceof Set ? value.entries() : Object.entries(value);
  for (const [key, child] of children) {
    const found = fault(child, `${path}.${typeof key === 'string' ? key : '*'}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Serializing would drop what a class gave its instances, in silence: refused here.
 *
 * @throws Error naming the first value of the store `name` that is a function or an instance of a class
 */
export function checkPlain(data: unknown, name: string): void {
  const found = fault(data, name, new Set());
  if (found !== undefined) {
    throw new Error(
      `Cannot save a snapshot: ${found}, not plain data; give storeKey('${name}', ...) a save and a load that turn it into data`,
    );
  }
}
