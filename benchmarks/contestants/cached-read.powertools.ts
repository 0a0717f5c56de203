import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
import { contest } from '../support/contest.ts';

let sum = 0;
await contest(500_000, async (reads) => {
  let ofThese = 0;
  for (let read = 0; read < reads; read += 1) {
    ofThese += Number(await getParameter('/bench/test/pricing/taxRate', { maxAge: 3_600 }));
  }
  sum = ofThese;
});
if (sum === 0) throw new Error('Cannot measure: nothing was read');
