import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { parse } from '../support/batch-schema.ts';
import { contest } from '../support/contest.ts';
import { LAMBDA_CONTEXT, sqsEvent } from '../support/sqs-event.ts';

const processor = new BatchProcessor(EventType.SQS);
let sum = 0;
const record = async ({ body }: { body: string }) => {
  sum += parse(JSON.parse(body)).index;
};
const event = sqsEvent();
await contest(600_000, async (records) => {
  for (let batch = 0; batch < records / 10; batch += 1) {
    const { batchItemFailures } = await processPartialResponse(event, record, processor, {
      context: LAMBDA_CONTEXT as never, // the parts of the context that there are
    });
    if (batchItemFailures.length > 0) throw new Error('Cannot measure: a record failed');
  }
});
if (sum === 0) throw new Error('Cannot measure: nothing was handled');
