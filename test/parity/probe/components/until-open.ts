/** Waits until the gate's row is there: what holds work up is then the test's to end. */
export async function untilOpen(
  rows: { get(id: string, options: { consistent: true; signal: AbortSignal }): Promise<unknown> },
  gate: string,
  signal: AbortSignal,
): Promise<void> {
  while ((await rows.get(`gate-${gate}`, { consistent: true, signal })) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    signal.throwIfAborted();
  }
}
