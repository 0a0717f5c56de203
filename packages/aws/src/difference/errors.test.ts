import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '../error.ts';
import type { Service } from '../operations/aws-operations.ts';
import type { Aws } from '../port.ts';
import { sqs } from '../services/sqs.ts';
import type { LooseCall } from '../services.fixture.ts';
import { SERVICES } from '../services.fixture.ts';
import type { Answer, Recorder } from './recorder.fixture.ts';
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

const CALLS: Record<string, [string, unknown]> = {
  sqs: ['ReceiveMessage', { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/q' }],
  sns: ['Publish', { TopicArn: 't', Message: 'm' }],
  ssm: ['GetParameters', { Names: ['a'] }],
  secretsmanager: ['GetSecretValue', { SecretId: 'a' }],
  dynamodb: ['PutItem', { TableName: 't', Item: { id: 'a' } }],
};

async function failure(port: Aws, service: string, answer: Answer): Promise<object> {
  const [operation, input] = CALLS[service] ?? ['', {}];
  recorder.answer(answer);
  const error = await (port.call as LooseCall)(SERVICES[service as Service], operation, input, {
    access: 'write',
  }).catch((thrown: unknown) => thrown);
  if (!AwsError.isInstance(error)) throw new Error(`${service} did not fail with an AwsError`, { cause: error });
  const { awsCode, httpStatus, requestId, retryable, item, cancellationReasons, message, operation: named } = error;
  return {
    awsCode,
    httpStatus,
    requestId,
    retryable,
    item,
    cancellationReasons,
    message,
    service: error.service,
    named,
  };
}

const json = (status: number, body: object, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
  body: JSON.stringify(body),
});
const xml = (status: number, code: string, message = 'because'): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});
const query = (code: string, type: string, status = 400): Answer =>
  json(status, { __type: `com.amazonaws.sqs#${type}`, message: 'because' }, { 'x-amzn-query-error': `${code};Sender` });

const cases: Array<[string, string, Answer]> = [
  ...['QueueDoesNotExist', 'OverLimit', 'RequestThrottled', 'InvalidSecurity', 'KmsThrottled'].map(
    (type): [string, string, Answer] => [
      'sqs',
      type,
      json(400, { __type: `com.amazonaws.sqs#${type}`, message: 'because' }),
    ],
  ),
  ...[
    ['AWS.SimpleQueueService.NonExistentQueue', 'QueueDoesNotExist'],
    ['AWS.SimpleQueueService.BatchRequestTooLong', 'BatchRequestTooLong'],
    ['AWS.SimpleQueueService.BatchEntryIdsNotDistinct', 'BatchEntryIdsNotDistinct'],
    ['AWS.SimpleQueueService.EmptyBatchRequest', 'EmptyBatchRequest'],
    ['AWS.SimpleQueueService.InvalidBatchEntryId', 'InvalidBatchEntryId'],
    ['AWS.SimpleQueueService.TooManyEntriesInBatchRequest', 'TooManyEntriesInBatchRequest'],
    ['AWS.SimpleQueueService.MessageNotInflight', 'MessageNotInflight'],
    ['AWS.SimpleQueueService.PurgeQueueInProgress', 'PurgeQueueInProgress'],
    ['AWS.SimpleQueueService.QueueDeletedRecently', 'QueueDeletedRecently'],
    ['AWS.SimpleQueueService.UnsupportedOperation', 'UnsupportedOperation'],
    ['KMS.AccessDeniedException', 'KmsAccessDenied'],
    ['KMS.DisabledException', 'KmsDisabled'],
    ['KMS.InvalidKeyUsageException', 'KmsInvalidKeyUsage'],
    ['KMS.InvalidStateException', 'KmsInvalidState'],
    ['KMS.NotFoundException', 'KmsNotFound'],
    ['KMS.OptInRequired', 'KmsOptInRequired'],
    ['KMS.ThrottlingException', 'KmsThrottled'],
    ['QueueAlreadyExists', 'QueueNameExists'],
    ['ReceiptHandleIsInvalid', 'ReceiptHandleIsInvalid'],
    ['RequestThrottled', 'RequestThrottled'],
    ['InvalidClientTokenId', 'InvalidClientTokenId'],
    ['ExpiredToken', 'ExpiredTokenException'],
  ].map(([code = '', type = '']): [string, string, Answer] => ['sqs', code, query(code, type)]),
  ...[
    'AuthorizationError',
    'BatchRequestTooLong',
    'EmptyBatchRequest',
    'EndpointDisabled',
    'FilterPolicyLimitExceeded',
    'InternalError',
    'InvalidBatchEntryId',
    'InvalidParameter',
    'ParameterValueInvalid',
    'InvalidSecurity',
    'InvalidState',
    'KMSAccessDenied',
    'KMSDisabled',
    'KMSInvalidState',
    'KMSNotFound',
    'KMSOptInRequired',
    'KMSThrottling',
    'NotFound',
    'PlatformApplicationDisabled',
    'TagPolicy',
    'Throttled',
    'TooManyEntriesInBatchRequest',
    'UserError',
    'ValidationException',
    'Throttling',
    'ExpiredToken',
    'SignatureDoesNotMatch',
  ].map((code): [string, string, Answer] => ['sns', code, xml(code === 'InternalError' ? 500 : 400, code)]),
  ['sns', 'a message in entities', xml(400, 'InvalidParameter', 'a &lt;b&gt; &amp; &#39;c&#39; &quot;d&quot;')],
  ...['ThrottlingException', 'TooManyUpdates', 'ParameterNotFound', 'InternalServerError', 'ValidationException'].map(
    (type): [string, string, Answer] => [
      'ssm',
      type,
      json(type === 'InternalServerError' ? 500 : 400, { __type: type, message: 'because' }),
    ],
  ),
  [
    'ssm',
    'a code with a URI',
    json(400, { __type: 'ThrottlingException:http://internal.amazon.com/coral/', message: 'because' }),
  ],
  ['ssm', 'a code in a header', json(400, { message: 'because' }, { 'x-amzn-errortype': 'AccessDeniedException:' })],
  ['ssm', 'Message in capitals', json(400, { __type: 'AccessDeniedException', Message: 'not you' })],
  ...['ResourceNotFoundException', 'DecryptionFailure', 'InternalServiceError', 'LimitExceededException'].map(
    (type): [string, string, Answer] => [
      'secretsmanager',
      type,
      json(type === 'InternalServiceError' ? 500 : 400, { __type: type, Message: 'because' }),
    ],
  ),
  ...[
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
    'TransactionInProgressException',
    'ReplicatedWriteConflictException',
    'ResourceNotFoundException',
    'ItemCollectionSizeLimitExceededException',
    'UnrecognizedClientException',
    'ExpiredTokenException',
    'ValidationException',
  ].map((type): [string, string, Answer] => [
    'dynamodb',
    type,
    json(400, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'because' }),
  ]),
  [
    'dynamodb',
    'the item of a failed condition',
    json(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { id: { S: 'a' }, n: { N: '3' }, tags: { SS: ['x'] }, b: { B: 'AQI=' } },
    }),
  ],
  [
    'dynamodb',
    'the reasons of a cancelled transaction',
    json(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      Message: 'Transaction cancelled',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { id: { S: 'b' } } },
      ],
    }),
  ],
  [
    'dynamodb',
    'InternalServerError',
    json(500, { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'because' }),
  ],
  [
    'dynamodb',
    'ServiceUnavailable',
    json(503, { __type: 'com.amazon.coral.availability#ServiceUnavailable', message: 'because' }),
  ],
];

describe('an error through the lean transport', () => {
  it.each(cases)('is what it is through the SDK: %s, %s', async (service, _name, answer) => {
    expect(await failure(lean, service, answer)).toEqual(await failure(sdk, service, answer));
  });

  it.each([
    ['sqs', { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>busy</html>' }, 'Http503', true],
    ['sns', { status: 502, body: 'Bad Gateway' }, 'Http502', true],
    ['dynamodb', { status: 500, body: '' }, 'Http500', true],
    ['ssm', { status: 403, body: '<html>proxy</html>' }, 'Http403', false],
    ['ssm', { status: 302, headers: { location: 'https://login.example/' }, body: '' }, 'Http302', false],
  ])('has its status for a code when something else than %s answered', async (service, answer, code, retryable) => {
    expect(await failure(lean, service, answer)).toMatchObject({ awsCode: code, retryable, httpStatus: answer.status });
    expect(await failure(sdk, service, answer)).toMatchObject({ retryable, httpStatus: answer.status });
  });

  it.each([
    ['sqs', '<html>welcome to the hotel</html>'],
    ['sns', '<html>welcome'],
    ['sns', '{"MessageId":"a"}'],
    ['ssm', '{"Parameters":['],
    ['dynamodb', '[]'],
    ['dynamodb', '"text"'],
  ])('is InvalidResponse when a 200 is none of %s: %s', async (service, body) => {
    expect(await failure(lean, service, { status: 200, headers: { 'content-type': 'text/html' }, body })).toMatchObject(
      {
        awsCode: 'InvalidResponse',
        retryable: true,
        httpStatus: 200,
        requestId: 'request-1',
      },
    );
  });

  it('is InvalidChecksum when a body or attributes arrive damaged, where the SDK looks at bodies alone', async () => {
    const receive = (message: object) => json(200, { Messages: [{ MessageId: 'm1', Body: 'a', ...message }] });
    const damagedBody = receive({ MD5OfBody: '00000000000000000000000000000000' });
    const damagedAttributes = receive({
      MD5OfBody: '0cc175b9c0f1b6a831c399e269772661',
      MD5OfMessageAttributes: '00000000000000000000000000000000',
      MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } },
    });
    expect(await failure(sdk, 'sqs', damagedBody)).toMatchObject({ message: expect.stringContaining('MD5') });
    for (const answer of [damagedBody, damagedAttributes]) {
      expect(await failure(lean, 'sqs', answer)).toMatchObject({
        awsCode: 'InvalidChecksum',
        message: expect.stringContaining('does not fit: m1'),
      });
    }
    recorder.answer(json(200, { MessageId: 'm', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' }));
    const send = (MessageBody: string) =>
      lean.call(sqs, 'SendMessage', { QueueUrl: 'q', MessageBody }, { access: 'write' });
    await expect(send('b')).rejects.toMatchObject({ awsCode: 'InvalidChecksum' });
    await expect(send('a')).resolves.toMatchObject({ MessageId: 'm' });
  });
});
