/**
 * A misspelt option must not be a default in silence.
 *
 * @throws TypeError naming every key of `options` that is not among `known`.
 */
export function rejectUnknownOptions(action: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new TypeError(`Cannot ${action}: unknown option ${unknown.join(', ')}; known are ${known.join(', ')}`);
}
