import { finish } from './contest.ts';

/**
 * Makes a function to call with each batch that was handled. It starts its timer after `warmUp`
 * messages, and sends the timing to the parent process after `operations` more.
 */
export function countMessages(operations: number, warmUp: number): (count: number) => void {
  let handled = 0;
  let counted = 0;
  let begun = 0;
  let cpu: NodeJS.CpuUsage | undefined;
  return (count) => {
    handled += count;
    if (cpu === undefined) {
      if (handled < warmUp) return;
      counted = handled;
      begun = performance.now();
      cpu = process.cpuUsage();
      return;
    }
    if (handled - counted < operations) return;
    const { user, system } = process.cpuUsage(cpu);
    const wallUs = (performance.now() - begun) * 1_000;
    const rssBytes = process.memoryUsage.rss();
    finish({ operations: handled - counted, cpuUs: user + system, wallUs, rssBytes });
    operations = Number.POSITIVE_INFINITY;
  };
}
