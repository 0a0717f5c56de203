/** @throws TypeError naming every unknown option and the known ones. */
export function assertKnownOptions(subject: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new TypeError(`Cannot use ${subject}: unknown option ${unknown.join(', ')} (known: ${known.join(', ')})`);
  }
}
