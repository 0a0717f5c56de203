import * as z from 'zod/mini';
import { app } from '../app.ts';
import { ledger } from '../ledger.ts';

export const sum = app.task(
  'sum',
  {
    params: z.object({ numbers: z.array(z.number()), fail: z._default(z.boolean(), false) }),
    uses: { config: ['greeting', 'limits', 'vault'] },
    description: 'Add numbers',
  },
  async ({ numbers, fail }, { config, logger }) => {
    logger.info('adding', { count: numbers.length });
    if (fail) throw new RangeError(`cannot add with ${config.vault.token.reveal()}`);
    return { total: numbers.reduce((a, b) => a + b, 0), greeting: config.greeting, limit: ledger.limit() };
  },
);
