/** A callback in Node's form. Some callers of a store leave it out. */
export type Callback<V = void> = ((error?: unknown, value?: V) => void) | undefined;

/** Calls back with the outcome. An error that no callback takes is emitted by `report`. */
export function callBack<V>(work: Promise<V>, callback: Callback<V>, report: (error: unknown) => void): void {
  work.then(
    // Outside of the promise: what the callback throws is not the work's failure.
    (value) => callback && setImmediate(callback, undefined, value),
    (error: unknown) => (callback ? setImmediate(callback, error) : report(error)),
  );
}
