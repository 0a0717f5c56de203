import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';
import { extendLineage } from './lineage.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:loop';
let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

const signed = (headers: Record<string, string>) => ({
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20261130/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-date': '20261130T000000Z',
  ...headers,
});
const invoke = (headers: Record<string, string>) =>
  fetch(`${aws.url}/2015-03-31/functions/loop/invocations`, { method: 'POST', headers: signed(headers), body: '{}' });

it('a function that invokes itself asynchronously ends after 16 invocations', async () => {
  let invocations = 0;
  let answered: Promise<Response> | undefined;
  aws.functions.register(ARN, async (_event, { traceId = '' } = {}) => {
    invocations += 1;
    answered = invoke({ 'x-amzn-trace-id': traceId, 'x-amz-invocation-type': 'Event' });
    expect((await answered).status).toBe(202);
  });
  await invoke({ 'x-amz-invocation-type': 'Event' });
  await expect.poll(() => invocations).toBe(16);
  await answered;
  expect(invocations).toBe(16);
  // Another chain begins with a call that has no trace of a function.
  await invoke({ 'x-amz-invocation-type': 'Event' });
  await expect.poll(() => invocations).toBe(32);
});

it('a synchronous call that would be the 17th is refused', async () => {
  let header = '';
  for (let count = 0; count < 16; count += 1) ({ header } = extendLineage(header === '' ? undefined : header, ARN));
  const response = await invoke({ 'x-amzn-trace-id': header });
  expect(response.status).toBe(400);
  expect(response.headers.get('x-amzn-errortype')).toBe('RecursiveInvocationException');
});
