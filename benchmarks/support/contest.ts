/** A message from a contestant's process to its parent. */
export interface Timing {
  readonly operations: number;
  readonly cpuUs: number;
  readonly wallUs: number;
  /** Memory of the process at the end, where it is of interest. */
  readonly rssBytes?: number;
}

/**
 * Warms up, then times `operations` of `work`: CPU (user and system, all threads) of this process,
 * and wall.
 */
export async function contest(
  operations: number,
  work: (operations: number) => unknown,
  warmUp = Math.ceil(operations / 4),
): Promise<void> {
  await work(warmUp);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await work(operations);
  const wallUs = (performance.now() - begun) * 1_000;
  const { user, system } = process.cpuUsage(cpu);
  finish({ operations, cpuUs: user + system, wallUs, rssBytes: process.memoryUsage.rss() });
}

/** Tells the parent and ends the process, whatever still holds it. */
export function finish(timing: Timing): void {
  process.send?.(timing, undefined, undefined, () => process.exit(0));
}
