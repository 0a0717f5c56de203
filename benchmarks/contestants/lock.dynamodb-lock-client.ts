import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { contest } from '../support/contest.ts';

const [, lockTable = '', , times = '1000'] = process.argv.slice(2);
interface Lock {
  release(done: (error?: unknown) => void): void;
}
interface Client {
  acquireLock(id: string, done: (error: unknown, lock?: Lock) => void): void;
}
// It brings no types. It is made for the SDK's version 2; the callbacks of version 3 are the same.
const { FailOpen } = createRequire(import.meta.url)('dynamodb-lock-client') as {
  FailOpen: new (options: object) => Client;
};
const client = new FailOpen({
  dynamodb: DynamoDBDocument.from(new DynamoDBClient({})),
  lockTable,
  partitionKey: 'id',
  leaseDurationMs: 30_000,
  heartbeatPeriodMs: 10_000,
});
const acquire = promisify(client.acquireLock.bind(client));
await contest(Number(times), async (count) => {
  for (let time = 0; time < count; time += 1) {
    const lock = await acquire('report');
    if (!lock) throw new Error('Cannot measure: no lock');
    await promisify(lock.release.bind(lock))();
  }
});
