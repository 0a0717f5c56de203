import { scanCollection } from 'twelvefold';
import * as z from 'zod/mini';
import { app } from '../app.ts';
import { totalCents } from '../domain/total-cents.ts';

const params = z.object({
  /** Orders placed on or after this date (UTC) or moment. */
  since: z.union([z.iso.date(), z.iso.datetime({ offset: true })]),
});

/**
 * Prices orders again with the tax rate of today: one run at a time, which goes on behind the last
 * order when its host ends. Safe to run again: what is right stays as it is.
 */
export const recalculateTotals = app.task(
  'recalculate-totals',
  {
    params,
    uses: { config: ['pricing'], table: ['scan', 'update'] },
    description: 'Price orders again with the current tax rate',
    over: (_params, { backing }) =>
      scanCollection((page) => backing.table.scan(page), { key: ({ orderId }) => orderId }),
  },
  async (row, { params: { since }, backing, config, signal }) => {
    if (Date.parse(row.placedAt) < Date.parse(since)) return;
    const total = totalCents(row, config.pricing.taxRate);
    if (total === row.totalCents) return;
    await backing.table.update(
      row.orderId,
      { set: { totalCents: total } },
      // An order that was changed meanwhile has its price already.
      { condition: { equals: { totalCents: row.totalCents } }, signal },
    );
  },
);
