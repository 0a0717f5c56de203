/** Open in every process: its standard streams, and the listeners of its signals. */
const EXPECTED = new Set(['TTYWrap', 'PipeWrap', 'SignalWrap', 'FSReqCallback', 'Immediate']);

/** Counts what keeps a process alive, by kind, its standard streams and signal listeners apart. */
export function openHandles(active: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of active) if (!EXPECTED.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
