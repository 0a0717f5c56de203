import assert from 'node:assert/strict';

const HTTP_KEYS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'cookies', 'body', 'isBase64Encoded']);

/** Asserts a result that API Gateway or a load balancer accepts: anything else is a 502 there. */
export function assertHttpResult(event: unknown, result: unknown): void {
  const sent = event as Record<string, unknown>; // an HTTP event: nothing else is answered
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded, ...others } = record(result);
  assert.deepEqual(Object.keys(others), [], `unknown members: only ${[...HTTP_KEYS].join(', ')} are read`);
  assert.ok(Number.isInteger(statusCode) && Number(statusCode) >= 200 && Number(statusCode) <= 599);
  assert.equal(typeof isBase64Encoded, 'boolean');
  assert.ok(body === undefined || typeof body === 'string');
  if (isBase64Encoded) assert.match(String(body), /^[A-Za-z0-9+/]*=*$/);
  const isV2 = sent.version === '2.0';
  const isAlb = !isV2 && record(sent.requestContext).elb !== undefined;
  if (cookies !== undefined) assert.ok(isV2 && Array.isArray(cookies), 'cookies are of payload format 2.0 alone');
  if (isV2 || (isAlb && !sent.multiValueHeaders)) {
    assert.equal(multiValueHeaders, undefined);
    for (const value of Object.values(record(headers))) assert.equal(typeof value, 'string');
  } else {
    assert.equal(headers, undefined);
    for (const values of Object.values(record(multiValueHeaders))) {
      assert.ok(Array.isArray(values) && values.every((value) => typeof value === 'string'));
    }
  }
}

/** An unknown id, or anything but a list, would fail the whole batch or lose it. */
export function assertBatchResult(event: unknown, result: unknown): void {
  const ids = new Set((record(event).Records as Array<{ messageId: unknown }>).map(({ messageId }) => messageId));
  const { batchItemFailures, ...others } = record(result);
  assert.deepEqual(Object.keys(others), []);
  assert.ok(Array.isArray(batchItemFailures));
  for (const failure of batchItemFailures) {
    assert.deepEqual(Object.keys(failure), ['itemIdentifier']);
    assert.ok(ids.has(failure.itemIdentifier), `${failure.itemIdentifier} is none of the batch`);
  }
}

const REFUSALS: Readonly<Record<string, RegExp>> = {
  http: /^Cannot handle the event: the component 'http' takes HTTP events/,
  jobs: /^Cannot handle the event: the component 'jobs' takes (SQS events|messages of the standard topics that the queue 'jobs' subscribes to)/,
  // What fails, also to be moved to the dead-letter queue, is for Lambda to repeat.
  mirror: /^Cannot acknowledge 1 of 1 messages from SNS to 'mirror'/,
  sum: /^Cannot (read task invocation: |run task 'sum': )/,
};

/** A handler refuses what is not its kind by an error that says so, and by no other. */
export function assertRefusal(component: string, error: unknown, secret: string): void {
  assert.ok(error instanceof Error);
  if (error.name === 'AssertionError') throw error;
  assert.match(error.message, REFUSALS[component] ?? /never/, error.stack);
  assert.ok(!String(error.stack).includes(secret), 'the error holds a secret');
}

function record(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null);
  return value as Record<string, unknown>; // just looked
}
