import type { ContextFor } from 'twelvefold';
import * as z from 'zod/mini';
import { app } from '../app.ts';
import { totalCents } from '../domain/total-cents.ts';

const params = z.object({
  /** Orders placed on or after this date (UTC) or moment. */
  since: z.union([z.iso.date(), z.iso.datetime({ offset: true })]),
  dryRun: z._default(z.boolean(), false),
});

const uses = { config: ['pricing'], table: ['scan', 'update'], locks: ['hold'] } as const;

/**
 * Prices orders again with the tax rate of today, one run at a time. Safe to run again: what is
 * right stays as it is.
 */
export const recalculateTotals = app.task(
  'recalculate-totals',
  {
    params,
    uses,
    description: 'Price orders again with the current tax rate',
  },
  (parameters, context) =>
    context.backing.locks.withLock('recalculate-totals', ({ signal }) => recalculate(parameters, context, signal), {
      signal: context.signal,
    }),
);

/** @param signal aborts when the lock is lost as well */
async function recalculate(
  { since, dryRun }: z.infer<typeof params>,
  { backing, config, logger }: ContextFor<typeof app, typeof uses>,
  signal: AbortSignal,
) {
  const from = Date.parse(since);
  let scanned = 0;
  let changed = 0;
  for await (const row of backing.table.scan({ signal })) {
    if (Date.parse(row.placedAt) < from) continue;
    scanned += 1;
    const total = totalCents(row, config.pricing.taxRate);
    if (total === row.totalCents) continue;
    changed += 1;
    if (dryRun) continue;
    await backing.table.update(
      row.orderId,
      { set: { totalCents: total } },
      // The order was changed in the meantime; the newer total stays.
      { condition: { equals: { totalCents: row.totalCents } }, signal },
    );
  }
  logger.info('totals recalculated', { scanned, changed, dry_run: dryRun });
  return { scanned, changed, dryRun };
}
