/** Characters that are looked at together. */
const BLOCK = 3;
const TABLE_SIZE = 1 << 15;

/** Finds many short texts in a long one in one pass. */
export interface AnchorIndex<T> {
  /** `anchor` has at least 3 characters. */
  add(anchor: string, item: T): void;
  /** The items whose anchors occur in `text`. */
  find(text: string): Set<T> | undefined;
}

interface Tables<T> {
  /** Characters to move on by, for the hash of a block; 0 where an anchor may end. */
  readonly shift: Uint8Array;
  readonly candidates: ReadonlyMap<number, ReadonlyArray<readonly [anchor: string, item: T]>>;
  /** Offset of the last block within the characters that all anchors have. */
  readonly last: number;
}

/**
 * The algorithm of Wu and Manber (1994): a table says how far the next possible occurrence is, so
 * the cost depends on the length of the text, and hardly on the number of anchors.
 */
export function anchorIndex<T>(): AnchorIndex<T> {
  const anchors: Array<readonly [anchor: string, item: T]> = [];
  let tables: Tables<T> | undefined;
  return {
    add(anchor, item) {
      anchors.push([anchor, item]);
      tables = undefined;
    },
    find(text) {
      if (anchors.length === 0) return undefined;
      tables ??= buildTables(anchors);
      const { shift, candidates, last } = tables;
      const end = text.length - BLOCK;
      let found: Set<T> | undefined;
      for (let at = last; at <= end; ) {
        const hash = hashAt(text, at);
        const step = shift[hash] ?? 0;
        if (step > 0) {
          at += step;
          continue;
        }
        for (const [anchor, item] of candidates.get(hash) ?? []) {
          if (text.startsWith(anchor, at - last)) {
            found ??= new Set();
            found.add(item);
          }
        }
        at += 1;
      }
      return found;
    },
  };
}

function buildTables<T>(anchors: ReadonlyArray<readonly [anchor: string, item: T]>): Tables<T> {
  let shortest = Number.POSITIVE_INFINITY;
  for (const [anchor] of anchors) shortest = Math.min(shortest, anchor.length);
  const last = shortest - BLOCK;
  const shift = new Uint8Array(TABLE_SIZE).fill(Math.min(last + 1, 255));
  const candidates = new Map<number, Array<readonly [anchor: string, item: T]>>();
  for (const entry of anchors) {
    const [anchor] = entry;
    for (let at = 0; at <= last; at += 1) {
      const hash = hashAt(anchor, at);
      shift[hash] = Math.min(shift[hash] ?? 0, last - at);
    }
    const hash = hashAt(anchor, last);
    const same = candidates.get(hash);
    if (same) same.push(entry);
    else candidates.set(hash, [entry]);
  }
  return { shift, candidates, last };
}

function hashAt(text: string, at: number): number {
  return ((text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2)) & (TABLE_SIZE - 1);
}
