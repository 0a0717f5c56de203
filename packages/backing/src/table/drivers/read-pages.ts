import type { Item } from '@twelvefold/aws/internal';

/** What a Query or Scan carries besides its own input: where to go on, and how many items to read at most. */
export interface Position {
  ExclusiveStartKey?: Item;
  Limit?: number;
}

interface Page {
  Items?: Item[];
  LastEvaluatedKey?: Item;
}

/**
 * Items, page after page, until none is left or `limit` is reached. A page may be empty and still have a next one; only a
 * missing `LastEvaluatedKey` ends the reading.
 */
export async function* readPages(
  readPage: (position: Position) => Promise<Page>,
  limit?: number,
): AsyncGenerator<Item, void, undefined> {
  let left = limit;
  let startKey: Item | undefined;
  do {
    const page = await readPage({
      ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      ...(left === undefined ? {} : { Limit: left }),
    });
    for (const item of page.Items ?? []) {
      yield item;
      if (left !== undefined && --left === 0) return;
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}
