import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../operations/aws-operations.ts';
import type { Aws } from '../port.ts';
import type { LooseCall } from '../services.fixture.ts';
import { OPERATIONS, SERVICES } from '../services.fixture.ts';
import type { Reply } from './outputs.fixture.ts';
import { OUTPUTS } from './outputs.fixture.ts';
import type { Recorder } from './recorder.fixture.ts';
import { startRecorder } from './recorder.fixture.ts';

let recorder: Recorder;
let lean: Aws;
let sdk: Aws;
beforeAll(async () => {
  recorder = await startRecorder();
  lean = recorder.port('lean');
  sdk = recorder.port('sdk');
});
afterAll(() => recorder[Symbol.asyncDispose]());

/** The output without what the SDK says of the call itself. */
async function output(port: Aws, service: string, operation: string, { input, body }: Reply): Promise<object> {
  const type = service === 'sns' ? 'text/xml' : 'application/x-amz-json-1.0';
  recorder.answer({ status: 200, headers: { 'content-type': type }, body });
  const { $metadata, ...rest } = (await (port.call as LooseCall)(SERVICES[service as Service], operation, input, {
    access: 'write',
  })) as { $metadata?: unknown };
  return rest;
}

const operations = Object.entries(OUTPUTS).flatMap(([service, outputs]) =>
  Object.entries(outputs).map(([operation, replies]) => [service, operation, replies as fc.Arbitrary<Reply>] as const),
);

describe('an answer through the lean transport', () => {
  it('is tested here for every operation', () => {
    expect(operations.map(([service, operation]) => [service, operation])).toEqual(OPERATIONS);
  });

  it.each(operations)('is what the SDK gives: %s %s', async (service, operation, replies) => {
    await fc.assert(
      fc.asyncProperty(replies, async (reply) => {
        const theirs = await output(sdk, service, operation, reply);
        expect(await output(lean, service, operation, reply)).toEqual(theirs);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      'ssm',
      'GetParameters',
      '{"Parameters":[{"Name":"a","Value":null}],"InvalidParameters":null}',
      { Parameters: [{ Name: 'a' }] },
    ],
    ['dynamodb', 'PutItem', '', {}],
    ['sqs', 'ReceiveMessage', '{ "Messages": null }', {}],
  ])('leaves out what is null or nothing: %s %s %s', async (service, operation, body, expected) => {
    const reply = { input: { QueueUrl: 'https://a/1/q', Names: [], TableName: 't', Item: {} }, body };
    expect(await output(lean, service, operation, reply)).toEqual(expected);
    expect(await output(sdk, service, operation, reply)).toEqual(expected);
  });
});
