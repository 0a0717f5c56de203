/** @throws TypeError naming the keys of `options` that `known` does not list. */
export function assertKnownOptions(subject: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new TypeError(
    `Cannot create ${subject}: unknown option ${unknown.map((key) => `'${key}'`).join(', ')}; known: ${known.join(', ')}`,
  );
}
