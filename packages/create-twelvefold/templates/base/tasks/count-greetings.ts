import * as z from 'zod/mini';
import { app } from '../app.ts';

/** An admin task: it runs here, as a function or as an ECS task, with the app's config. */
export const countGreetings = app.task(
  'count-greetings',
  {
    params: z.object({ beginning: z._default(z.string(), '') }),
    uses: { greetings: ['scan'] },
    description: 'Count the greetings whose text begins with some words',
  },
  async ({ beginning }, { backing, signal, logger }) => {
    let count = 0;
    for await (const row of backing.greetings.scan({ signal })) if (row.text.startsWith(beginning)) count += 1;
    logger.info('greetings counted', { count });
    return { count };
  },
);
