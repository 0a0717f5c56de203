import { contest } from '../support/contest.ts';

let sum = 0;
await contest(2_000_000, (reads) => {
  let ofThese = 0;
  for (let read = 0; read < reads; read += 1) ofThese += Number(process.env.PRICING_TAX_RATE);
  sum = ofThese;
});
if (sum === 0) throw new Error('Cannot measure: nothing was read');
