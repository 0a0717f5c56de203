import type { Collection, CollectionRecord, ReadOptions } from '../collection.ts';
import type { RunStore } from '../runs/run-store.ts';

/**
 * The failed records of a run as a collection: each as the collection has it today, where it can
 * reload one, otherwise as it was when it failed.
 *
 * A position is that of the record in its collection, so that a success takes it out of quarantine.
 * One that fails again has a time behind `before` from then on: it is tried once per run.
 */
export function quarantined<T>(collection: Collection<T>, run: string, before: string, store: RunStore): Collection<T> {
  return {
    // From the first one at each start: what has succeeded is no longer there.
    async *read({ signal }: ReadOptions): AsyncIterable<CollectionRecord<T>> {
      for await (const { value, position, at } of store.failures(run, { signal })) {
        if (at > before) return;
        const failed = value as T; // as the collection gave it
        const record = collection.reload ? await collection.reload(failed, { ...(signal && { signal }) }) : failed;
        if (record === undefined) {
          await store.resolveFailure(run, position, { signal });
          continue;
        }
        yield { value: record, position };
      }
    },
  };
}
