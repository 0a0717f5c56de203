/** One page of a listing. */
export interface Page<T> {
  readonly items: T[];
  /** For the next call; undefined on the last page. */
  readonly next: string | undefined;
}

const encode = (key: string) => Buffer.from(JSON.stringify(key)).toString('base64url');

function decode(token: string, invalid: () => Error): string {
  try {
    const key: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof key === 'string') return key;
  } catch {
    // refused below, like a token that decodes to something else
  }
  throw invalid();
}

/**
 * `size` items after the one that `token` names, in the order of their keys. A token names a key,
 * not a position: items that come and go between two pages neither repeat nor hide others.
 */
export function pageByKey<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  size: number,
  token: string | undefined,
  invalidToken: () => Error,
  descending = false,
): Page<T> {
  const sign = descending ? -1 : 1;
  const sorted = [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -sign : sign));
  const after = token === undefined ? undefined : decode(token, invalidToken);
  const rest =
    after === undefined ? sorted : sorted.filter((item) => (descending ? keyOf(item) < after : keyOf(item) > after));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { items: page, next: rest.length > size && last !== undefined ? encode(keyOf(last)) : undefined };
}
