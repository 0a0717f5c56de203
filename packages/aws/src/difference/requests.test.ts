import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signRequest } from '../lean/signing/sign-request.ts';
import type { Service } from '../operations/aws-operations.ts';
import type { Aws } from '../port.ts';
import type { LooseCall } from '../services.fixture.ts';
import { OPERATIONS, SERVICES } from '../services.fixture.ts';
import { INPUTS } from './inputs.fixture.ts';
import type { Recorded, Recorder } from './recorder.fixture.ts';
import { CREDENTIALS, startRecorder } from './recorder.fixture.ts';

let recorder: Recorder;
let lean: Aws;
let sdk: Aws;
beforeAll(async () => {
  recorder = await startRecorder();
  lean = recorder.port('lean');
  sdk = recorder.port('sdk');
});
afterAll(() => recorder[Symbol.asyncDispose]());

/** The parts of a request that a service looks at. */
const PROTOCOL_HEADERS = [
  'host',
  'content-type',
  'content-length',
  'x-amz-target',
  'x-amzn-query-mode',
  'x-amz-security-token',
];

const asked = ({ method, url, headers, body }: Recorded) => ({
  method,
  url,
  headers: Object.fromEntries(PROTOCOL_HEADERS.filter((name) => name in headers).map((name) => [name, headers[name]])),
  // Members of a JSON object have no order, of a form they have.
  body: body.startsWith('{') ? JSON.parse(body) : body,
});

/** The same request signed by our signer, over the headers that its sender chose to sign. */
function signedAgain({ method, url, headers, body }: Recorded, service: string): string {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signed = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']));
  const date = headers['x-amz-date'] ?? '';
  const [path = '', query = ''] = url.split('?');
  return signRequest(
    { method, path, query, headers: signed, body },
    { region: 'eu-west-1', service, credentials: CREDENTIALS, date },
  ).authorization;
}

async function both(service: string, operation: string, input: unknown): Promise<{ ours: Recorded; theirs: Recorded }> {
  const send = async (port: Aws) => {
    recorder.take();
    await (port.call as LooseCall)(SERVICES[service as Service], operation, input, { access: 'write' }).catch(() => {}); // answers are another test's
    const [request, ...more] = recorder.take();
    if (!request || more.length > 0) throw new Error(`${service} ${operation} sent ${more.length + 1} requests`);
    return request;
  };
  return { ours: await send(lean), theirs: await send(sdk) };
}

const operations = Object.entries(INPUTS).flatMap(([service, inputs]) =>
  Object.entries(inputs).map(([operation, input]) => [service, operation, input as fc.Arbitrary<unknown>] as const),
);

describe('a request of the lean transport', () => {
  it('is tested here for every operation', () => {
    expect(operations.map(([service, operation]) => [service, operation])).toEqual(OPERATIONS);
  });

  it.each(operations)('asks the same as the SDK: %s %s', async (service, operation, inputs) => {
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const { ours, theirs } = await both(service, operation, input);
        expect(asked(ours)).toEqual(asked(theirs));
        // Our signature of the SDK's request is the SDK's own; ours is of what was sent.
        expect(signedAgain(theirs, service)).toBe(theirs.headers.authorization);
        expect(signedAgain(ours, service)).toBe(ours.headers.authorization);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['secretsmanager', 'PutSecretValue', { SecretId: 'a', SecretString: 'b' }],
    ['dynamodb', 'TransactWriteItems', { TransactItems: [{ Delete: { TableName: 't', Key: { id: 'a' } } }] }],
  ])('makes up a token for %s %s, as the SDK does', async (service, operation, input) => {
    const { ours, theirs } = await both(service, operation, input);
    for (const { body } of [ours, theirs]) {
      expect(JSON.parse(body).ClientRequestToken).toMatch(
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
      );
    }
  });

  it('signs what AWS demands: host, date, target, type and token', async () => {
    const { ours } = await both('sqs', 'GetQueueUrl', { QueueName: 'a' });
    expect(ours.headers.authorization).toContain(
      'SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target;x-amzn-query-mode,',
    );
    expect(ours.headers['amz-sdk-request']).toBe('attempt=1; max=1');
    expect(ours.headers['amz-sdk-invocation-id']).toMatch(/^[\da-f-]{36}$/);
  });
});
