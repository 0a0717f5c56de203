/** How long ago the oldest of some messages was sent, in milliseconds; 0 where none says. */
export function ageOf(sentTimestamps: Iterable<string | undefined>, nowMs: number): number {
  let oldest = nowMs;
  for (const sent of sentTimestamps) if (sent !== undefined) oldest = Math.min(oldest, Number(sent));
  return nowMs - oldest;
}
