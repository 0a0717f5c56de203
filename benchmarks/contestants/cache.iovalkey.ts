import { Redis } from 'iovalkey';
import { price, readKeys } from '../support/cache-work.ts';
import { contest } from '../support/contest.ts';

const [url = '', reads = '20000', atOnce = '1'] = process.argv.slice(2);
const redis = new Redis(url);
const text = JSON.stringify(price);
await readKeys(Number(atOnce), (key) => redis.set(`bench:${key}`, text));
await contest(Number(reads), async (times) => {
  for (let time = 0; time < times; time += Number(atOnce)) {
    await readKeys(Number(atOnce), async (key) => {
      if ((await redis.get(`bench:${key}`)) !== text) throw new Error('Cannot measure: the text was not read');
    });
  }
});
redis.disconnect();
