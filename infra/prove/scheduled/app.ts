import { setTimeout as sleep } from 'node:timers/promises';
import { defineApp, listCollection, taskRuns } from 'twelvefold';
import * as z from 'zod';

export const app = defineApp({ name: 'proof', backing: { runs: taskRuns('task-runs') } });

/** Takes two minutes in a function that has one: a leg yields, the supervisor starts the next. */
export const slow = app.task(
  'slow',
  {
    params: z.object({}),
    uses: {},
    schedule: { at: 'rate(5 minutes)', retries: 0 },
    over: () => listCollection(Array.from({ length: 24 }, (_, index) => index)),
  },
  async () => {
    await sleep(5_000);
  },
);
