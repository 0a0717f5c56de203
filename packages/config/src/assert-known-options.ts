/** @throws TypeError naming every option that is not among `known`: a misspelt one must not be a default in silence. */
export function assertKnownOptions(action: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new TypeError(`Cannot ${action}: unknown option ${unknown.join(', ')}; known: ${known.join(', ')}`);
}
