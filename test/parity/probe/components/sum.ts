import * as z from 'zod/mini';
import { app } from '../app.ts';

export const sum = app.task(
  'sum',
  { params: z.object({ numbers: z.array(z.number()) }), uses: {}, description: 'Add numbers' },
  async ({ numbers }, { config }) => ({ total: numbers.reduce((a, b) => a + b, 0), greeting: config.greeting }),
);
