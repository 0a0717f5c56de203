import { createAws } from '@twelvefold/aws';
import { lock } from '@twelvefold/backing';
import { createDynamoDbLock } from '@twelvefold/backing/dynamodb-lock';
import { contest } from '../support/contest.ts';

const [name = '', , , times = '1000'] = process.argv.slice(2);
const locks = createDynamoDbLock({ definition: lock('locks'), name, aws: createAws({ env: process.env }) });
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) await (await locks.acquire('report')).release();
});
