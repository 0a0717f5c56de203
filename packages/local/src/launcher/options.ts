/** @throws {TypeError} for a key of `options` that is not among `known`: a misspelt option must not be a default in silence. */
export function rejectUnknownOptions(caller: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new TypeError(`Cannot use ${caller}: unknown option ${unknown.join(', ')}; known are ${known.join(', ')}`);
}
