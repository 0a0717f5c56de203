/** The result of asking a source for its next item. */
type Pulled<T> = { kind: 'item'; value: T } | { kind: 'end' } | { kind: 'waiting' };

export interface ItemPuller<T> {
  /**
   * The next item, or `waiting` when `patience` resolves first; then the next pull returns the
   * item. Rejects with the signal's reason when it aborts first. Returns or throws without a
   * promise if the source is not asynchronous.
   */
  next(patience?: Promise<unknown>): Pulled<T> | Promise<Pulled<T>>;
  /** Tells the source that nothing more will be pulled. */
  close(): void;
}

/** Reads an iterable item by item, without losing an item to a timeout. */
export function itemPuller<T>(source: Iterable<T> | AsyncIterable<T>, signal: AbortSignal | undefined): ItemPuller<T> {
  if (Symbol.asyncIterator in source) return pullAsync(source[Symbol.asyncIterator](), signal);
  const iterator = source[Symbol.iterator]();
  return {
    next: () => {
      signal?.throwIfAborted();
      const { done, value } = iterator.next();
      return done ? { kind: 'end' } : { kind: 'item', value };
    },
    close: () => void iterator.return?.(),
  };
}

function pullAsync<T>(iterator: AsyncIterator<T>, signal: AbortSignal | undefined): ItemPuller<T> {
  let pending: Promise<Pulled<T>> | undefined;
  return {
    next(patience) {
      // As `for await` does: an iterator made by hand may answer without a promise, or throw.
      pending ??= (async () => {
        const { done, value } = await iterator.next();
        return done ? { kind: 'end' } : { kind: 'item', value };
      })();
      const item = pending;
      // Not Promise.race: racing a signal that outlives the source would pile up reactions on it,
      // one per item.
      return new Promise<Pulled<T>>((resolve, reject) => {
        let answered = false;
        const answer = (settle: () => void) => {
          if (answered) return;
          answered = true;
          signal?.removeEventListener('abort', onAbort);
          settle();
        };
        const onAbort = () => answer(() => reject(signal?.reason));
        if (signal?.aborted) return onAbort();
        signal?.addEventListener('abort', onAbort, { once: true });
        const deliver = (pulled: Pulled<T>) => {
          pending = undefined;
          resolve(pulled);
        };
        item.then(
          (pulled) => answer(() => deliver(pulled)),
          (error) => answer(() => reject(error)),
        );
        patience?.then(
          () => answer(() => resolve({ kind: 'waiting' })),
          () => {}, // cancelled: the batch has gone
        );
      });
    },
    // Not awaited: a source that hangs in next() would hang here too.
    close: () => void (async () => iterator.return?.())().catch(() => {}),
  };
}
