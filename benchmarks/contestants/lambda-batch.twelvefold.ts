import { createAws } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createSqsBatchConsumer } from '@twelvefold/backing/sqs';
import type { SqsEvent } from '@twelvefold/lifecycle/internal/lambda';
import { batchResult, lambdaHandler, recordsFromSqs } from '@twelvefold/lifecycle/lambda';
import { schema } from '../support/batch-schema.ts';
import { contest } from '../support/contest.ts';
import { LAMBDA_CONTEXT, sqsEvent } from '../support/sqs-event.ts';

let sum = 0;
const consumer = createSqsBatchConsumer({
  definition: queue('bench', { schema }),
  url: 'https://sqs.eu-central-1.amazonaws.com/000000000000/bench',
  aws: createAws({ env: {} }),
  component: 'bench',
  handle: async ({ index }) => {
    sum += index;
  },
});
const handler = lambdaHandler(async (event: SqsEvent, { deadline }) => {
  const { failedMessageIds } = await consumer.handleBatch(recordsFromSqs(event), { deadline });
  return batchResult(failedMessageIds);
});
const event = sqsEvent();
await contest(600_000, async (records) => {
  for (let batch = 0; batch < records / 10; batch += 1) {
    const { batchItemFailures } = await handler(event, LAMBDA_CONTEXT);
    if (batchItemFailures.length > 0) throw new Error('Cannot measure: a record failed');
  }
});
if (sum === 0) throw new Error('Cannot measure: nothing was handled');
