import type { Html } from './html.ts';
import { html } from './html.ts';
import { ConsoleFault } from './section.ts';

/** A part of a list, as `/api/<part>` answers it. */
export interface ListPage<T> {
  readonly rows: readonly T[];
  /** Position of the first row in the list. */
  readonly from: number;
  /** Length of the list. */
  readonly total: number;
  /** For `?from=`: the next page. */
  readonly next: number | undefined;
}

/** Rows on a page. */
export const PAGE_ROWS = 50;

/** @throws ConsoleFault for a `from` that is not a position */
export function readFrom(search: URLSearchParams): number {
  const text = search.get('from') ?? '0';
  if (!/^\d{1,9}$/.test(text)) throw new ConsoleFault('from must be a position in the list, 0 or more');
  return Number(text);
}

/** The page of a list that `?from=` asks for. */
export function pageOf<T>(all: readonly T[], search: URLSearchParams, size = PAGE_ROWS): ListPage<T> {
  const from = readFrom(search);
  return pageAt(all.slice(from, from + size), from, all.length);
}

/** A page whose rows were read alone. */
export function pageAt<T>(rows: readonly T[], from: number, total: number): ListPage<T> {
  const end = from + rows.length;
  return { rows, from, total, next: rows.length > 0 && end < total ? end : undefined };
}

/** Reads all pages of an AWS list: `next` gets the token of the page before. */
export async function readAll<T>(
  next: (token: unknown) => Promise<{ readonly items: readonly T[]; readonly token: unknown }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: unknown;
  do {
    const page = await next(token);
    all.push(...page.items);
    token = page.token;
  } while (token !== undefined && token !== '');
  return all;
}

/** Links to the pages beside this one; nothing where the list fits on one. */
export function pageLinks(
  { rows, from, total, next }: ListPage<unknown>,
  search: URLSearchParams,
  size = PAGE_ROWS,
): Html {
  if (from === 0 && next === undefined) return html``;
  const link = (to: number, label: string, rel: string) => {
    const query = new URLSearchParams(search);
    query.delete('done');
    query.set('from', String(to));
    return html` <a rel="${rel}" href="?${query.toString()}">${label}</a>`;
  };
  const shown = rows.length === 0 ? `no rows from ${from + 1} on` : `${from + 1} to ${from + rows.length}`;
  return html`<nav class="pages" aria-label="Pages of the list"><span>${shown} of ${total}</span>${
    from === 0 ? '' : link(Math.max(0, from - size), 'Previous', 'prev')
  }${next === undefined ? '' : link(next, 'Next', 'next')}</nav>`;
}
