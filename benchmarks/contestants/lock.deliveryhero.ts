import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import * as deliveryhero from '@deliveryhero/dynamodb-lock';
import { contest } from '../support/contest.ts';

const [, , tableName = '', times = '1000'] = process.argv.slice(2);
const documents = DynamoDBDocument.from(new DynamoDBClient({}));
const client = deliveryhero.dynamoDBLockClientFactory(documents, { tableName, partitionKey: 'id', sortKey: 'group' });
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) {
    const lock = await client.lock('jobs', 'report', { leaseDurationInMs: 30_000 });
    await client.releaseLock(lock);
  }
});
