import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'dynamodb-toolbox/entity';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { Table } from 'dynamodb-toolbox/table';
import { contest } from '../support/contest.ts';
import { ROW } from '../support/table-row.ts';

const [name = '', operation = 'get', times = '2000'] = process.argv.slice(2);
const orders = new Entity({
  name: 'order',
  table: new Table({
    name,
    partitionKey: { name: 'orderId', type: 'string' } as const,
    documentClient: DynamoDBDocumentClient.from(new DynamoDBClient({})),
  }),
  schema: item({
    orderId: string().key(),
    userId: string(),
    sku: string(),
    quantity: number(),
    totalCents: number(),
    status: string(),
    placedAt: string(),
    tags: list(string()),
    address: map({ city: string(), zip: string() }),
  }),
  timestamps: false,
});
await orders.build(PutItemCommand).item(ROW).send();
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) {
    if (operation === 'put') await orders.build(PutItemCommand).item(ROW).send();
    else {
      const { Item } = await orders.build(GetItemCommand).key({ orderId: ROW.orderId }).send();
      if (Item?.totalCents !== ROW.totalCents) throw new Error('Cannot measure: no row');
    }
  }
});
