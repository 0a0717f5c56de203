/** The keys of `options` that `known` does not list. */
export function unknownOptions(options: object, known: readonly string[]): string[] {
  return Object.keys(options).filter((key) => !known.includes(key));
}

/**
 * Throws for unknown options, so that a typo is not silently ignored.
 *
 * @param action Completes "Cannot ...", e.g. `create the logger` or `define queue 'orders'`.
 * @throws TypeError naming every unknown option, or when `options` is not an object.
 */
export function assertKnownOptions(action: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Cannot ${action}: its options must be an object with some of ${known.join(', ')}`);
  }
  const unknown = unknownOptions(options, known);
  if (unknown.length === 0) return;
  const names = unknown.map((key) => `'${key}'`).join(', ');
  throw new TypeError(
    `Cannot ${action}: unknown ${unknown.length === 1 ? 'option' : 'options'} ${names}; known: ${known.join(', ')}`,
  );
}
