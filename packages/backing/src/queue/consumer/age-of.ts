/** How long ago the oldest of some messages was sent, in milliseconds; 0 where none says, or none says a number. */
export function ageOf(sentTimestamps: Iterable<string | undefined>, nowMs: number): number {
  let oldest = nowMs;
  for (const sent of sentTimestamps) {
    const at = Number(sent);
    // A metric takes no other, and must not fail a batch that has been handled.
    if (Number.isFinite(at)) oldest = Math.min(oldest, at);
  }
  return nowMs - oldest;
}
