import type { ChangeHook, ConfigChange } from './config-change.ts';

/**
 * Lets every hook prepare for a new snapshot, all at once.
 *
 * @returns what puts everything in place
 * @throws the first hook's error when one says no or takes too long; what others prepared is discarded then
 */
export async function offerChange<T>(hooks: readonly ChangeHook<T>[], change: ConfigChange<T>): Promise<() => void> {
  const late = abortOf(change.signal);
  const prepared = await Promise.allSettled(
    hooks.map(async (hook) => {
      const preparing = Promise.resolve(hook(change));
      try {
        return await Promise.race([preparing, late.promise]);
      } catch (error) {
        // A hook that finishes after its time must not leave open what it prepared.
        if (change.signal.aborted) void preparing.then(discard, () => {});
        throw error;
      }
    }),
  );
  late.release();
  const swaps = prepared.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
  const refused = prepared.find((result) => result.status === 'rejected');
  if (refused) {
    await Promise.allSettled(swaps.map(discard));
    throw refused.reason;
  }
  return () => {
    for (const one of swaps) one.swap();
  };
}

async function discard(prepared: Awaited<ReturnType<ChangeHook<unknown>>>): Promise<void> {
  await prepared?.discard?.();
}

function abortOf(signal: AbortSignal): { promise: Promise<never>; release(): void } {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    release = () => signal.removeEventListener('abort', onAbort);
  });
  promise.catch(() => {});
  return { promise, release };
}
