import type { HttpEventV2 } from '@twelvefold/lifecycle/lambda';
import { lambda, requestFromV2, resultV2 } from '@twelvefold/lifecycle/lambda';
import { contest } from '../support/contest.ts';
import { app, httpEvent } from '../support/http-app.ts';
import { LAMBDA_CONTEXT } from '../support/sqs-event.ts';

const method = process.argv[2] === 'POST' ? 'POST' : 'GET';
// The adapter alone, as the peer has no more: no scope, no access log.
const handler = lambda(async (event: HttpEventV2) => {
  const request = requestFromV2(event);
  return resultV2(request instanceof Response ? request : await app.fetch(request));
});
const event = httpEvent(method);
await contest(50_000, async (events) => {
  for (let one = 0; one < events; one += 1) {
    const { statusCode, body } = await handler(event, LAMBDA_CONTEXT);
    if (statusCode >= 300 || !body) throw new Error(`Cannot measure: answered ${statusCode}`);
  }
});
