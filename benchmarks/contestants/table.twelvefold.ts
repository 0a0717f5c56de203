import { createAws } from '@twelvefold/aws';
import { table } from '@twelvefold/backing';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';
import { ROW } from '../support/table-row.ts';

const [name = '', operation = 'get', times = '2000'] = process.argv.slice(2);
const schema = z.object({
  orderId: z.string(),
  userId: z.string(),
  sku: z.string(),
  quantity: z.int(),
  totalCents: z.int(),
  status: z.string(),
  placedAt: z.string(),
  tags: z.array(z.string()),
  address: z.object({ city: z.string(), zip: z.string() }),
});
const definition = table('orders', { schema, key: 'orderId' });
const rows = createDynamoDbTable({ definition, name, aws: createAws({ env: process.env }) });
await rows.put(ROW);
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) {
    if (operation === 'put') await rows.put(ROW);
    else if ((await rows.get(ROW.orderId))?.totalCents !== ROW.totalCents) throw new Error('Cannot measure: no row');
  }
});
