import type { Row } from './item-store.ts';
import type { Table } from './table.ts';

/**
 * A tag on a table that sets how many seconds after its expiry an item is deleted here. A tag,
 * because any client in any process can set one, and because AWS ignores it.
 */
const LAG_TAG = 'twelvefold:ttl-lag-seconds';

/**
 * "DynamoDB typically deletes expired items within two days": code that needs less must look at the
 * expiry itself.
 */
const DEFAULT_LAG_SECONDS = 48 * 60 * 60;

/**
 * Source: "Using time to live": an expiry more than five years in the past is taken for a mistake,
 * and the item kept.
 */
const OLDEST_MS = 5 * 365 * 24 * 60 * 60 * 1000;

function lagMs({ tags }: Table): number {
  const seconds = Number(tags.get(LAG_TAG) ?? DEFAULT_LAG_SECONDS);
  return (Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_LAG_SECONDS) * 1000;
}

/** When the item expires, if its time-to-live attribute is a number. */
function expiryMs({ ttlAttribute }: Table, { item }: Row): number | undefined {
  const value = ttlAttribute === undefined ? undefined : item[ttlAttribute];
  return value !== undefined && 'N' in value ? Number(value.N) * 1000 : undefined;
}

/** Keeps `nothingExpiresBeforeMs` right when a row is written. */
export function noteExpiry(table: Table, row: Row): void {
  const expiry = expiryMs(table, row);
  if (expiry !== undefined) {
    table.nothingExpiresBeforeMs = Math.min(table.nothingExpiresBeforeMs, expiry + lagMs(table));
  }
}

/**
 * Time to live was switched, or its lag changed: the next look at the table finds out anew what is
 * due.
 */
export function forgetExpiries(table: Table): void {
  table.nothingExpiresBeforeMs = Number.NEGATIVE_INFINITY;
}

/** The rows that time to live deletes by `nowMs`. */
export function takeExpired(table: Table, nowMs: number): readonly Row[] {
  if (table.ttlAttribute === undefined || nowMs < table.nothingExpiresBeforeMs) return [];
  const lag = lagMs(table);
  const expired: Row[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const row of table.byId.values()) {
    const expiry = expiryMs(table, row);
    if (expiry === undefined || expiry < nowMs - OLDEST_MS) continue;
    if (expiry + lag <= nowMs) expired.push(row);
    else next = Math.min(next, expiry + lag);
  }
  table.nothingExpiresBeforeMs = next;
  return expired;
}
