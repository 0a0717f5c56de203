/** Kinds that say nothing about work: streams, signal listeners, what runs and is over within a turn. */
const IGNORED = new Set(['TTYWrap', 'PipeWrap', 'SignalWrap', 'Immediate', 'TickObject', 'CloseReq']);

/** How many of each kind are active now that were not `before`: what an invocation left running. */
export function leftRunning(before: readonly string[], after: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of after) if (!IGNORED.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const kind of before) if (counts[kind] !== undefined) counts[kind] -= 1;
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
