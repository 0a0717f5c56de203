import { defineCollectionTask, runLeg } from '@twelvefold/admin';
import { createDynamoDbRuns } from '@twelvefold/admin/dynamodb-runs';
import { createAws } from '@twelvefold/aws';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';
import { numbers } from '../support/task-records.ts';

const [name = '', records = '1000'] = process.argv.slice(2);
const store = createDynamoDbRuns({ name, leaseMs: 30_000, aws: createAws({ env: process.env }) });
let sum = 0;
let count = 0;
const task = defineCollectionTask({
  name: 'sum',
  params: z.object({}),
  over: () => ({ read: ({ after }) => numbers(typeof after === 'number' ? after + 1 : 0, count) }),
  each: (n: number) => {
    sum += n;
  },
});
await contest(Number(records), async (operations) => {
  count = operations;
  const id = `sum-${crypto.randomUUID()}`;
  const run = {
    id,
    task: 'sum',
    shape: 'collection',
    params: {},
    on: 'here',
    caller: 'bench',
    correlationId: id,
  } as const;
  await store.create(run);
  const { matched } = await runLeg({ task, store, run: id, host: 'bench', makeContext: () => ({}) });
  if (matched !== operations) throw new Error(`${matched} of ${operations} records`);
});
if (sum < 0) throw new Error('never: it keeps the sum');
