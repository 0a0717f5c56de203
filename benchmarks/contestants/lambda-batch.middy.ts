import middy from '@middy/core';
import partialBatchFailure from '@middy/sqs-partial-batch-failure';
import { parse } from '../support/batch-schema.ts';
import { contest } from '../support/contest.ts';
import { LAMBDA_CONTEXT, sqsEvent } from '../support/sqs-event.ts';

let sum = 0;
const handler = middy<ReturnType<typeof sqsEvent>>()
  .use(partialBatchFailure())
  .handler(async ({ Records }) =>
    Promise.allSettled(
      Records.map(async ({ body }) => {
        sum += parse(JSON.parse(body)).index;
      }),
    ),
  );
const event = sqsEvent();
await contest(600_000, async (records) => {
  for (let batch = 0; batch < records / 10; batch += 1) {
    // Its types describe the answer before the middleware has seen it.
    const answer = (await handler(event, LAMBDA_CONTEXT as never)) as unknown as { batchItemFailures: unknown[] };
    if (answer.batchItemFailures.length > 0) throw new Error('Cannot measure: a record failed');
  }
});
if (sum === 0) throw new Error('Cannot measure: nothing was handled');
