import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Entity } from 'electrodb';
import { contest } from '../support/contest.ts';
import { ROW } from '../support/table-row.ts';

const [table = '', operation = 'get', times = '2000'] = process.argv.slice(2);
const orders = new Entity(
  {
    model: { entity: 'order', version: '1', service: 'bench' },
    attributes: {
      orderId: { type: 'string', required: true },
      userId: { type: 'string', required: true },
      sku: { type: 'string', required: true },
      quantity: { type: 'number', required: true },
      totalCents: { type: 'number', required: true },
      status: { type: 'string', required: true },
      placedAt: { type: 'string', required: true },
      tags: { type: 'list', items: { type: 'string' }, required: true },
      address: {
        type: 'map',
        properties: { city: { type: 'string', required: true }, zip: { type: 'string', required: true } },
        required: true,
      },
    },
    // The key as it is, without ElectroDB's prefixes: the table is the same for all.
    indexes: { primary: { pk: { field: 'orderId', composite: ['orderId'] } } },
  },
  { client: new DynamoDBClient({}), table },
);
await orders.put(ROW).go();
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) {
    if (operation === 'put') await orders.put(ROW).go();
    else {
      const { data } = await orders.get({ orderId: ROW.orderId }).go();
      if (data?.totalCents !== ROW.totalCents) throw new Error('Cannot measure: no row');
    }
  }
});
