/** Sequence numbers have 21 to 40 digits; all of ours have 21, so that they sort as text too. */
export function sequenceNumber(sequence: number): string {
  return `1${String(sequence).padStart(20, '0')}`;
}

/** The sequence of a number that {@link sequenceNumber} made; undefined for any other text. */
export function parseSequenceNumber(text: string): number | undefined {
  return /^1\d{20}$/.test(text) ? Number(text.slice(1)) : undefined;
}
