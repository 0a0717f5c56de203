import { cache } from '@twelvefold/backing';
import { createCache, createRedisCacheStore } from '@twelvefold/backing/cache';
import { connectIovalkey } from '@twelvefold/backing/iovalkey';
import { systemClock } from '@twelvefold/core';
import { PriceSchema, price, readKeys } from '../support/cache-work.ts';
import { contest } from '../support/contest.ts';

const [url = '', reads = '20000', atOnce = '1'] = process.argv.slice(2);
const connection = await connectIovalkey({ url, clock: systemClock, random: Math.random });
const prices = createCache({
  definition: cache('prices', { schema: PriceSchema }),
  store: createRedisCacheStore({ client: connection, prefix: 'bench:' }),
});
await readKeys(Number(atOnce), (key) => prices.set(key, price));
await contest(Number(reads), async (times) => {
  for (let time = 0; time < times; time += Number(atOnce)) {
    await readKeys(Number(atOnce), async (key) => {
      const value = await prices.get(key);
      if (value?.cents !== price.cents) throw new Error('Cannot measure: the value was not read');
    });
  }
});
await connection.stop();
