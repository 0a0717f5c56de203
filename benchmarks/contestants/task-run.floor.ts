import { contest } from '../support/contest.ts';
import { numbers } from '../support/task-records.ts';

const [, records = '1000'] = process.argv.slice(2);
let sum = 0;
await contest(Number(records), async (operations) => {
  for await (const { value } of numbers(0, operations)) sum += value;
});
if (sum < 0) throw new Error('never: it keeps the sum');
