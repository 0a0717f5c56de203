import { handle } from 'hono/aws-lambda';
import { contest } from '../support/contest.ts';
import { app, httpEvent } from '../support/http-app.ts';
import { LAMBDA_CONTEXT } from '../support/sqs-event.ts';

const method = process.argv[2] === 'POST' ? 'POST' : 'GET';
const handler = handle(app);
const event = httpEvent(method);
await contest(50_000, async (events) => {
  for (let one = 0; one < events; one += 1) {
    const { statusCode, body } = await handler(event as never, LAMBDA_CONTEXT as never); // the parts that it reads
    if (statusCode >= 300 || !body) throw new Error(`Cannot measure: answered ${statusCode}`);
  }
});
