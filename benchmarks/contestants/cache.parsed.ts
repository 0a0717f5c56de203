import { Redis } from 'iovalkey';
import { PriceSchema, price, readKeys } from '../support/cache-work.ts';
import { contest } from '../support/contest.ts';

const [url = '', reads = '20000', atOnce = '1'] = process.argv.slice(2);
const redis = new Redis(url);
await readKeys(Number(atOnce), (key) => redis.set(`bench:${key}`, JSON.stringify(price)));
await contest(Number(reads), async (times) => {
  for (let time = 0; time < times; time += Number(atOnce)) {
    await readKeys(Number(atOnce), async (key) => {
      const value = PriceSchema.parse(JSON.parse((await redis.get(`bench:${key}`)) ?? ''));
      if (value.cents !== price.cents) throw new Error('Cannot measure: the value was not read');
    });
  }
});
redis.disconnect();
