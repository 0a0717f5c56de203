import { request as httpRequest } from 'node:http';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:orders';
const events: unknown[] = [];
let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
  aws.functions.register(ARN, async (event) => {
    events.push(event);
    if ((event as { fail?: boolean }).fail) throw new RangeError('too much');
    return { echoed: event };
  });
});
afterAll(() => aws.close());

function invoke(name: string, body: string, headers: Record<string, string> = {}) {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20261120/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=00';
  const path = `/2015-03-31/functions/${name}/invocations`;
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const options = { method: 'POST', path, headers: { authorization, ...headers } };
      const request = httpRequest(aws.url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
      });
      request.on('error', reject);
      request.end(body);
    },
  );
}

describe('Invoke', () => {
  it.each([
    'orders',
    encodeURIComponent(ARN),
    '123456789012:function:orders',
    'orders:live',
    encodeURIComponent(`${ARN}:$LATEST`),
  ])('reaches a registered function as %s', async (name) => {
    const answer = await invoke(name, '{"id":1}');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { echoed: { id: 1 } }]);
    expect(answer.headers['x-amz-executed-version']).toBe('$LATEST');
  });

  it("gives the function's error with 200", async () => {
    const answer = await invoke('orders', '{"fail":true}');
    expect([answer.status, answer.headers['x-amz-function-error']]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(answer.text)).toMatchObject({ errorType: 'RangeError', errorMessage: 'too much' });
  });

  it('does not wait for an event, and does nothing on a dry run', async () => {
    events.length = 0;
    const event = await invoke('orders', '{"id":2}', { 'x-amz-invocation-type': 'Event' });
    expect([event.status, event.text, events]).toEqual([202, '', [{ id: 2 }]]);
    expect((await invoke('orders', '{"fail":true}', { 'x-amz-invocation-type': 'Event' })).status).toBe(202);
    events.length = 0;
    expect((await invoke('orders', '{}', { 'x-amz-invocation-type': 'DryRun' })).status).toBe(204);
    expect(events).toEqual([]);
  });

  it.each([
    ['none', '{}', {}, 404, 'ResourceNotFoundException'],
    ['orders', '{', {}, 400, 'InvalidRequestContentException'],
    ['a%20b', '{}', {}, 400, 'ValidationException'],
    ['%ff', '{}', {}, 400, 'ValidationException'],
    ['orders', '{}', { 'x-amz-invocation-type': 'Later' }, 400, 'InvalidParameterValueException'],
    ['orders', `"${'x'.repeat(6_291_456)}"`, {}, 413, 'RequestTooLargeException'],
  ])('refuses %s', async (name, body, headers, status, code) => {
    const answer = await invoke(name, body, headers);
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, code]);
  });
});
