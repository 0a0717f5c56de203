import { contest } from '../support/contest.ts';

let sum = 0;
await contest(2_000_000, (reads) => {
  for (let read = 0; read < reads; read += 1) sum += Number(process.env.PRICING_TAX_RATE);
});
if (sum === 0) throw new Error('Cannot measure: nothing was read');
