/**
 * Runs `work` `count` times at once and waits for all; the error codes of those that failed stand
 * for them.
 */
export async function settled<T>(count: number, work: (index: number) => Promise<T>): Promise<Array<T | string>> {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => work(index)));
  return results.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    const { code } = result.reason as { code?: string };
    if (code === undefined) throw result.reason;
    return code;
  });
}
