/** @throws TypeError naming every option that is not among `known`, for a misspelt one must not be a default in silence, and for no options at all. */
export function assertKnownOptions(action: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Cannot ${action}: its options must be an object with some of ${known.join(', ')}`);
  }
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new TypeError(`Cannot ${action}: unknown option ${unknown.join(', ')}; known: ${known.join(', ')}`);
}
