import {
  AddPermissionCommand,
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  RemovePermissionCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal, settings } from './dynamodb-endpoint.ts';

// Answers recorded on AWS by the public LocalStack suite (tests/aws/services/sqs, its snapshots),
// unless a test names another source.

let aws: LocalAws;
let sqs: SQSClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: createClock(() => Date.UTC(2026, 10, 20)) });
  sqs = new SQSClient({ ...settings(aws.url), useQueueUrlAsEndpoint: false });
});
beforeEach(() => aws.reset());
afterAll(() => aws.close());

async function createQueue(QueueName: string, Attributes: Record<string, string> = {}) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl ?? '';
}

const fifo = (name = 'line.fifo') => createQueue(name, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
const send = (QueueUrl: string, MessageBody: string, more = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (QueueUrl: string, more = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
const attributes = async (QueueUrl: string) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
const setAttributes = (QueueUrl: string, Attributes: Record<string, string>) =>
  sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));

/** A call of the Query protocol on a path. */
async function query(path: string, form: Record<string, string> | undefined) {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=local/20261120/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=00';
  const answer = await fetch(`${aws.url}${path}`, {
    headers: { authorization },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  });
  return { status: answer.status, text: await answer.text() };
}

describe('a queue', () => {
  it('is found by its bare name (test_receive_message_by_queue_name)', async () => {
    await createQueue('orders');
    await send('orders', 'one');
    expect(await receive('orders')).toMatchObject([{ Body: 'one' }]);
  });

  it('is not there for a URL that names none, and the Query protocol says more (test_non_existent_queue)', async () => {
    expect(await refusal(receive('https://example.com/'))).toEqual({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
    const answer = await query('/', { Action: 'GetQueueUrl', QueueName: 'nope' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Message>The specified queue does not exist for this wsdl version.</Message>');
  });

  it.each(['True', 'TRUE', 'true'])('takes %s for a boolean and keeps it in lower case', async (value) => {
    const url = await createQueue('line.fifo', { FifoQueue: value, ContentBasedDeduplication: value });
    await setAttributes(url, { ContentBasedDeduplication: 'False', SqsManagedSseEnabled: value });
    expect(await attributes(url)).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      SqsManagedSseEnabled: 'true',
    });
    expect(await createQueue('line.fifo', { FifoQueue: value })).toBe(url);
  });

  it('shows no key while SQS encrypts, and no key period without a key (test_sse_queue_attributes)', async () => {
    const url = await createQueue('orders', { KmsMasterKeyId: 'testKeyId', KmsDataKeyReusePeriodSeconds: '6000' });
    expect(await attributes(url)).toMatchObject({
      KmsMasterKeyId: 'testKeyId',
      KmsDataKeyReusePeriodSeconds: '6000',
      SqsManagedSseEnabled: 'false',
    });
    await setAttributes(url, { SqsManagedSseEnabled: 'true' });
    const shown = await attributes(url);
    expect(shown).toMatchObject({ SqsManagedSseEnabled: 'true' });
    expect(shown).not.toHaveProperty('KmsMasterKeyId');
    expect(shown).not.toHaveProperty('KmsDataKeyReusePeriodSeconds');
  });

  it('keeps its type (test_set_unsupported_attribute_fifo)', async () => {
    expect(await refusal(setAttributes(await createQueue('orders'), { FifoQueue: 'true' }))).toEqual({
      name: 'InvalidAttributeName',
      message: 'Unknown Attribute FifoQueue.',
    });
    expect(await refusal(setAttributes(await fifo(), { FifoQueue: 'false' }))).toEqual({
      name: 'InvalidAttributeValue',
      message: 'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    });
  });

  // Source: recorded in the documentation of a public service broker (csb-brokerpak-aws, SQS).
  it.each(['DeduplicationScope', 'FifoThroughputLimit'])('has %s on FIFO queues only', async (name) => {
    expect(await refusal(setAttributes(await createQueue('orders'), { [name]: 'perQueue' }))).toEqual({
      name: 'InvalidAttributeName',
      message: `You can specify the ${name} only when FifoQueue is set to true.`,
    });
  });

  it('refuses a dead-letter ARN that is not one (test_invalid_dead_letter_arn_rejected_before_lookup)', async () => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: 'dummy', maxReceiveCount: 42 });
    expect((await refusal(createQueue('orders', { RedrivePolicy }))).message).toContain(
      'Reason: Invalid value for deadLetterTargetArn.',
    );
  });
});

describe('permissions', () => {
  it('cannot be removed twice (test_sqs_permission_lifecycle)', async () => {
    const QueueUrl = await createQueue('orders');
    expect(await refusal(sqs.send(new RemovePermissionCommand({ QueueUrl, Label: 'a' })))).toEqual({
      name: 'InvalidParameterValue',
      message: "Value a for parameter Label is invalid. Reason: can't find label.",
    });
  });

  // Source: moto, test_add_permission_errors.
  it('need an account', async () => {
    const QueueUrl = await createQueue('orders');
    const add = sqs.send(
      new AddPermissionCommand({ QueueUrl, Label: 'a', Actions: ['ReceiveMessage'], AWSAccountIds: [] }),
    );
    expect(await refusal(add)).toEqual({
      name: 'InvalidParameterValue',
      message: 'Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.',
    });
  });
});

describe('a message', () => {
  it('of a standard queue goes back into flight by any handle (test_change_message_visibility_after_...)', async () => {
    const url = await createQueue('orders');
    await send(url, 'one');
    const [message] = await receive(url, { VisibilityTimeout: 1 });
    aws.clock.advance(1000);
    const change = new ChangeMessageVisibilityCommand({
      QueueUrl: url,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 10,
    });
    await sqs.send(change);
    expect(await receive(url)).toEqual([]);
    aws.clock.advance(10_000);
    expect(await receive(url)).toMatchObject([{ Body: 'one' }]);
  });

  it('in flight holds back the later ones of its group, not the earlier ones (test_fifo_message_group_visibility...)', async () => {
    const url = await fifo();
    for (const body of ['m1', 'm2', 'm3']) await send(url, body, { MessageGroupId: 'g' });
    const received = await receive(url, { VisibilityTimeout: 2 });
    expect(received.map(({ Body }) => Body)).toEqual(['m1', 'm2', 'm3']);
    const change = (index: number, VisibilityTimeout: number) =>
      sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: received[index]?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    await change(1, 20);
    aws.clock.advance(2000);
    expect((await receive(url, { VisibilityTimeout: 60 })).map(({ Body }) => Body)).toEqual(['m1']);
  });

  it('that is given back comes again at once, though a later one is in flight (test_fifo_receive_message_group_id_ordering)', async () => {
    const url = await fifo();
    for (const body of ['m1', 'm2']) await send(url, body, { MessageGroupId: 'g' });
    const [first] = await receive(url);
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect((await receive(url)).map(({ Body }) => Body)).toEqual(['m1']);
  });

  it('gets the trace header of its request, which counts in no checksum (test_sqs_aws_trace_header_propagation)', async () => {
    const url = await createQueue('orders');
    const header = 'Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1';
    const command = new SendMessageCommand({ QueueUrl: url, MessageBody: 'one' });
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['X-Amzn-Trace-Id'] = header;
        return next(args);
      },
      { step: 'build' },
    );
    expect((await sqs.send(command)).MD5OfMessageSystemAttributes).toBeUndefined();
    expect(await receive(url, { MessageSystemAttributeNames: ['All'] })).toMatchObject([
      { Attributes: { AWSTraceHeader: header } },
    ]);
  });

  it.each(['All', '*', '.*'])('shows all its attributes for %s (..._attribute_names_filters)', async (name) => {
    const url = await createQueue('orders');
    await send(url, 'one', { MessageAttributes: { Hello: { DataType: 'String', StringValue: 'There' } } });
    const [message] = await receive(url, { MessageAttributeNames: [name] });
    expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(['Hello']);
  });

  it('may have attribute names beyond ASCII, but no control characters in values (test_send_message_with_invalid_string_attributes)', async () => {
    const url = await createQueue('orders');
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    await send(url, 'one', { MessageAttributes: { größe: attribute('x') } });
    for (const character of ['\b', '\v']) {
      const sent = send(url, 'one', { MessageAttributes: { a: attribute(`x${character}`) } });
      expect((await refusal(sent)).name).toBe('InvalidParameterValue');
    }
  });
});

it('refuses to cancel by a handle that cannot be read (test_move_task_cancel_with_invalid_...)', async () => {
  const cancel = sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle: 'foobared' }));
  expect(await refusal(cancel)).toEqual({
    name: 'InvalidParameterValue',
    message: 'Value for parameter TaskHandle is invalid.',
  });
});

describe("the Query protocol on a queue's own path (TestSqsQueryApi)", () => {
  const PATH = '/123456789012/orders';

  it('works on that queue', async () => {
    await createQueue('orders');
    const sent = await query(PATH, { Action: 'SendMessage', MessageBody: 'one' });
    expect(sent.status).toBe(200);
    expect((await query(PATH, { Action: 'ReceiveMessage' })).text).toContain('<Body>one</Body>');
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
    expect((await query(PATH, { Action: 'DeleteQueue', QueueUrl: QueueUrl ?? '' })).status).toBe(200);
  });

  it.each(['CreateQueue', 'ListQueues', 'FooBar'])('does not have %s there', async (Action) => {
    await createQueue('orders');
    const answer = await query(PATH, { Action, QueueName: 'other' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Code>InvalidAction</Code>');
    expect(answer.text).toContain(`The action ${Action} is not valid for this endpoint.`);
  });

  it('is not found without an action', async () => {
    await createQueue('orders');
    const answer = await query(PATH, undefined);
    expect(answer).toEqual({ status: 404, text: '<UnknownOperationException/>\n' });
  });
});
