import { defineApp, defineConfig, env, queue, secret, table } from 'twelvefold';
import * as z from 'zod';

const Job = z.object({ id: z.string(), cents: z.int() });

export const app = defineApp({
  name: 'consumer',
  config: defineConfig({
    schema: z.object({
      pricing: z.object({ taxRate: z.coerce.number() }),
      payments: z.object({ apiKey: secret(z.string()) }),
    }),
    sources: [env()],
  }),
  backing: {
    jobs: queue('jobs', { schema: Job, deadLetter: { maxReceives: 3 } }),
    totals: table('totals', { schema: z.object({ id: z.string(), totalCents: z.int() }), key: 'id' }),
  },
});

export const jobConsumer = app.consumer('jobs', { uses: { config: ['pricing'], totals: ['write'] } }, async ({ id, cents }, { backing, config, signal }) => {
  await backing.totals.put({ id, totalCents: Math.round(cents * (1 + config.pricing.taxRate)) }, { signal });
});

export const countTotals = app.task(
  'count-totals',
  { params: z.object({ atLeastCents: z.int().default(0) }), uses: { totals: ['read'] } },
  async ({ atLeastCents }, { backing, signal }) => {
    let count = 0;
    for await (const { totalCents } of backing.totals.scan({ signal })) if (totalCents >= atLeastCents) count += 1;
    return { count };
  },
);
