import { app } from '../app.ts';

/** Greets a name. A message that fails is tried again, then kept in the dead-letter queue. */
export const greeter = app.consumer(
  'requests',
  { uses: { config: ['greeting'], greetings: ['put'] } },
  async ({ name }, { backing, config, logger, signal }) => {
    await backing.greetings.put({ name, text: `${config.greeting}, ${name}` }, { signal });
    logger.info('greeted');
  },
);
