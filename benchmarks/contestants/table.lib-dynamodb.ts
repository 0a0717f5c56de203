import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { contest } from '../support/contest.ts';
import { ROW } from '../support/table-row.ts';

const [TableName = '', operation = 'get', times = '2000'] = process.argv.slice(2);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
await client.send(new PutCommand({ TableName, Item: ROW }));
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) {
    if (operation === 'put') await client.send(new PutCommand({ TableName, Item: ROW }));
    else {
      const { Item } = await client.send(new GetCommand({ TableName, Key: { orderId: ROW.orderId } }));
      if (Item?.totalCents !== ROW.totalCents) throw new Error('Cannot measure: no row');
    }
  }
});
