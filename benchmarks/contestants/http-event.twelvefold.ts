import { installLightHttp } from '@twelvefold/lifecycle';
import { lambdaHandler, readHttpEvent } from '@twelvefold/lifecycle/lambda';
import { contest } from '../support/contest.ts';
import { app, httpEvent } from '../support/http-app.ts';
import { LAMBDA_CONTEXT } from '../support/sqs-event.ts';

const [, , wanted, objects = 'default'] = process.argv;
const method = wanted === 'POST' ? 'POST' : 'GET';
// The default of `lambda(component)`.
if (objects === 'default') installLightHttp({ requests: false });
if (objects === 'light') installLightHttp();
// The adapter alone, as the peer has no more: no scope, no access log.
const handler = lambdaHandler(async (event: unknown) => {
  const exchange = readHttpEvent(event);
  if (!exchange) throw new TypeError('not taken for an HTTP event');
  const { request } = exchange;
  return exchange.result(request instanceof Response ? request : await app.fetch(request));
});
const event = httpEvent(method);
await contest(50_000, async (events) => {
  for (let one = 0; one < events; one += 1) {
    const { statusCode, body } = await handler(event, LAMBDA_CONTEXT);
    if (statusCode >= 300 || !body) throw new Error(`Cannot measure: answered ${statusCode}`);
  }
});
