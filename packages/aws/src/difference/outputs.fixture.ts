import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Operation, Service } from '../operations/aws-operations.ts';
import type { MessageAttributeValue } from '../operations/sqs.ts';
import { marshallItem } from '../services/marshall.ts';
import { attributesDigest } from '../services/message-attributes.ts';

/** A service's response, with the input that makes it check. */
export interface Reply {
  readonly input: unknown;
  readonly body: string;
}

type Outputs = { [S in Service]: { [O in Operation<S>]: fc.Arbitrary<Reply> } };

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
// The SDK loses a member named `__proto__` and refuses one named `constructor`; ours keeps both
// (services/marshall.test.ts).
const MISTAKEN = ['__proto__', 'constructor'];
const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/).filter((text) => !MISTAKEN.includes(text));
const count = fc.nat({ max: 1_000 });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 20 });
const seconds = fc.oneof(
  fc.nat({ max: 2_000_000_000 }),
  fc.nat({ max: 2_000_000_000 }).map((ms) => 1_700_000_000 + ms / 1_000_000),
);
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });
const md5 = (value: string) => createHash('md5').update(value).digest('hex');
const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64');
const json =
  (input: unknown) =>
  (output: unknown): Reply => ({ input, body: JSON.stringify(output) });

const attribute: fc.Arbitrary<MessageAttributeValue> = fc.oneof(
  fc.record({ DataType: fc.constant('String'), StringValue: text }),
  fc.record({ DataType: fc.constant('Binary'), BinaryValue: bytes }),
);
const attributes = fc.dictionary(name, attribute, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const onWire = (all: Record<string, MessageAttributeValue>) =>
  Object.fromEntries(
    Object.entries(all).map(([key, { BinaryValue, ...value }]) => [
      key,
      BinaryValue ? { ...value, BinaryValue: base64(BinaryValue) } : value,
    ]),
  );

const received = fc
  .record({
    body: text,
    id: name,
    attributes: fc.option(attributes),
    system: fc.dictionary(name, name, { maxKeys: 2 }),
  })
  .map(({ body, id, attributes: custom, system }) => ({
    MessageId: id,
    ReceiptHandle: id,
    Body: body,
    MD5OfBody: md5(body),
    Attributes: system,
    ...(custom ? { MessageAttributes: onWire(custom), MD5OfMessageAttributes: attributesDigest(custom) } : {}),
  }));
const failed = some({ Id: name, SenderFault: fc.boolean(), Code: name, Message: text });
const failures = fc.array(some({ arn: name, reason: text, detail: text }), { maxLength: 2 });
const ecsTask = some({
  taskArn: name,
  taskDefinitionArn: name,
  lastStatus: name,
  desiredStatus: name,
  startedBy: name,
  stopCode: name,
  stoppedReason: text,
  containers: fc.array(some({ name, lastStatus: name, exitCode: count, reason: text }), { maxLength: 2 }),
});
const batch = fc.record({
  Successful: fc.array(fc.record({ Id: name }), { maxLength: 3 }),
  Failed: fc.array(failed, { maxLength: 3 }),
});
const sent = fc.record({ MessageBody: text, MessageAttributes: attributes, MessageId: name, SequenceNumber: name });
const answerTo = ({
  MessageBody,
  MessageAttributes,
  ...rest
}: {
  MessageBody: string;
  MessageAttributes: Record<string, MessageAttributeValue>;
}) => ({
  ...rest,
  MD5OfMessageBody: md5(MessageBody),
  MD5OfMessageAttributes: attributesDigest(MessageAttributes),
});

const parameter = some({
  Name: text,
  Type: name,
  Value: text,
  Version: count,
  ARN: name,
  LastModifiedDate: seconds,
  Selector: name,
  DataType: name,
});
const secret = some({
  ARN: name,
  Name: text,
  VersionId: name,
  SecretString: text,
  SecretBinary: bytes.map(base64),
  VersionStages: fc.array(name, { maxLength: 2 }),
  CreatedDate: seconds,
});

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    text,
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }),
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.array(bytes, { minLength: 1, maxLength: 2 }).map((all) => new Set(all)),
    fc.uniqueArray(fc.maxSafeInteger(), { minLength: 1, maxLength: 3 }).map((all) => new Set(all)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const item = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }).map((one) => marshallItem(one, 'Item'));
const capacity = fc.record({ TableName: name, CapacityUnits: fc.constantFrom(0.5, 1, 2) });
const page = some({
  Items: fc.array(item, { maxLength: 3 }),
  Count: count,
  ScannedCount: count,
  LastEvaluatedKey: item,
  ConsumedCapacity: capacity,
}).map(json({ TableName: 't', KeyConditionExpression: 'a' }));
const tables = <T>(table: fc.Arbitrary<T>) => fc.dictionary(name, table, { maxKeys: 2, noNullPrototype: true });
const batchOfItems = some({
  Responses: tables(fc.array(item, { maxLength: 3 })),
  UnprocessedKeys: tables(
    fc.record({ Keys: fc.array(item, { minLength: 1, maxLength: 2 }), ConsistentRead: fc.boolean() }),
  ),
  ConsumedCapacity: fc.array(capacity, { maxLength: 2 }),
}).map(json({ RequestItems: { t: { Keys: [{ a: 'b' }] } } }));
const unwritten = some({
  UnprocessedItems: tables(
    fc.array(
      fc.oneof(
        fc.record({ PutRequest: fc.record({ Item: item }) }),
        fc.record({ DeleteRequest: fc.record({ Key: item }) }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  ),
  ConsumedCapacity: fc.array(capacity, { maxLength: 2 }),
}).map(json({ RequestItems: { t: [{ DeleteRequest: { Key: { a: 'b' } } }] } }));
const written = some({ Attributes: item, ConsumedCapacity: capacity }).map(json({ TableName: 't', Key: {}, Item: {} }));

const QUEUE = { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/q' };
const nothing = fc.constant<Reply>({ input: { ...QUEUE, ReceiptHandle: 'r', VisibilityTimeout: 1 }, body: '{}' });

const escapeXml = (raw: string) => raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** Text that XML 1.0 can carry. Neither the SDK nor the lean transport trims inside it. */
const xmlText = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).filter((raw) => raw.trim() === raw);
const element = (tag: string, content: string | undefined) =>
  content === undefined ? '' : `<${tag}>${escapeXml(content)}</${tag}>`;
const document = (operation: string, result: string) =>
  `<?xml version="1.0"?>\n<${operation}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/">\n  <${operation}Result>${result}</${operation}Result>\n  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\n</${operation}Response>`;

/** Answers of every operation as they come over the wire. */
export const OUTPUTS: Outputs = {
  sqs: {
    SendMessage: sent.map((one) => ({ input: { ...QUEUE, ...one }, body: JSON.stringify(answerTo(one)) })),
    SendMessageBatch: fc
      .uniqueArray(fc.tuple(name, sent), { selector: ([id]) => id, minLength: 1, maxLength: 3 })
      .map((entries) => ({
        input: {
          ...QUEUE,
          Entries: entries.map(([Id, one]) => ({
            Id,
            MessageBody: one.MessageBody,
            MessageAttributes: one.MessageAttributes,
          })),
        },
        body: JSON.stringify({ Successful: entries.map(([Id, one]) => ({ Id, ...answerTo(one) })), Failed: [] }),
      })),
    ReceiveMessage: fc
      .array(received, { maxLength: 4 })
      .map((Messages) => json(QUEUE)(Messages.length > 0 ? { Messages } : {})),
    DeleteMessage: nothing,
    DeleteMessageBatch: batch.map(json({ ...QUEUE, Entries: [] })),
    ChangeMessageVisibility: nothing,
    ChangeMessageVisibilityBatch: batch.map(json({ ...QUEUE, Entries: [] })),
    GetQueueAttributes: fc.dictionary(name, text, { maxKeys: 3 }).map((Attributes) => json(QUEUE)({ Attributes })),
    GetQueueUrl: some({ QueueUrl: text }).map(json({ QueueName: 'q' })),
  },
  sns: {
    Publish: some({ MessageId: xmlText, SequenceNumber: xmlText }).map(({ MessageId, SequenceNumber }) => ({
      input: { TopicArn: 't', Message: 'm' },
      body: document('Publish', element('MessageId', MessageId) + element('SequenceNumber', SequenceNumber)),
    })),
    PublishBatch: fc
      .record({
        ok: fc.array(fc.record({ Id: xmlText, MessageId: xmlText }), { minLength: 1, maxLength: 3 }),
        bad: fc.array(fc.record({ Id: xmlText, Code: xmlText, Message: xmlText, fault: fc.boolean() }), {
          maxLength: 3,
        }),
      })
      .map(({ ok, bad }) => {
        const successful = ok.map(
          (one) => `<member>${element('MessageId', one.MessageId)}${element('Id', one.Id)}</member>`,
        );
        const failures = bad.map(
          (one) =>
            `\n<member>${element('Code', one.Code)}${element('Message', one.Message)}<SenderFault>${one.fault}</SenderFault>${element('Id', one.Id)}</member>`,
        );
        const result = `<Failed>${failures.join('')}</Failed>\n<Successful>${successful.join('')}</Successful>`;
        return { input: { TopicArn: 't', PublishBatchRequestEntries: [] }, body: document('PublishBatch', result) };
      }),
  },
  ssm: {
    GetParameters: some({
      Parameters: fc.array(parameter, { maxLength: 3 }),
      InvalidParameters: fc.array(text, { maxLength: 2 }),
    }).map(json({ Names: ['a'] })),
    GetParametersByPath: some({ Parameters: fc.array(parameter, { maxLength: 3 }), NextToken: text }).map(
      json({ Path: '/a' }),
    ),
    PutParameter: some({ Version: count, Tier: name }).map(json({ Name: 'a', Value: 'b' })),
    LabelParameterVersion: some({ InvalidLabels: fc.array(name, { maxLength: 2 }), ParameterVersion: count }).map(
      json({ Name: 'a', Labels: [] }),
    ),
  },
  secretsmanager: {
    GetSecretValue: secret.map(json({ SecretId: 'a' })),
    BatchGetSecretValue: some({
      SecretValues: fc.array(secret, { maxLength: 3 }),
      Errors: fc.array(some({ SecretId: text, ErrorCode: name, Message: text }), { maxLength: 2 }),
      NextToken: text,
    }).map(json({ SecretIdList: ['a'] })),
    PutSecretValue: some({
      ARN: name,
      Name: text,
      VersionId: name,
      VersionStages: fc.array(name, { maxLength: 2 }),
    }).map(json({ SecretId: 'a', SecretString: 'b' })),
    DescribeSecret: some({
      ARN: name,
      Name: text,
      LastRotatedDate: seconds,
      LastChangedDate: seconds,
      LastAccessedDate: seconds,
      DeletedDate: seconds,
      NextRotationDate: seconds,
      CreatedDate: seconds,
      VersionIdsToStages: fc.dictionary(name, fc.array(name, { maxLength: 2 }), { maxKeys: 2 }),
    }).map(json({ SecretId: 'a' })),
    ListSecrets: some({
      SecretList: fc.array(some({ ARN: name, Name: text }), { maxLength: 3 }),
      NextToken: text,
    }).map(json({})),
    UpdateSecretVersionStage: some({ ARN: name, Name: text }).map(json({ SecretId: 'a', VersionStage: 'b' })),
  },
  dynamodb: {
    GetItem: some({ Item: item, ConsumedCapacity: capacity }).map(json({ TableName: 't', Key: {} })),
    BatchGetItem: batchOfItems,
    BatchWriteItem: unwritten,
    PutItem: written,
    UpdateItem: written,
    DeleteItem: written,
    Query: page,
    Scan: page,
    TransactWriteItems: some({ ConsumedCapacity: fc.array(capacity, { maxLength: 2 }) }).map(
      json({ TransactItems: [] }),
    ),
  },
  ecs: {
    DescribeServices: some({
      services: fc.array(some({ serviceName: name, status: name, taskDefinition: name, launchType: name }), {
        maxLength: 2,
      }),
      failures,
    }).map(json({ services: ['a'] })),
    DescribeTaskDefinition: some({
      taskDefinition: some({
        taskDefinitionArn: name,
        containerDefinitions: fc.array(
          some({
            name,
            logConfiguration: some({ logDriver: name, options: fc.dictionary(name, text, { maxKeys: 2 }) }),
          }),
          { maxLength: 2 },
        ),
      }),
    }).map(json({ taskDefinition: 'a' })),
    DescribeTasks: some({ tasks: fc.array(ecsTask, { maxLength: 2 }), failures }).map(json({ tasks: ['a'] })),
    ListTasks: some({ taskArns: fc.array(name, { maxLength: 3 }), nextToken: text }).map(json({})),
    RunTask: some({ tasks: fc.array(ecsTask, { maxLength: 2 }), failures }).map(json({ taskDefinition: 'a' })),
    StopTask: some({ task: ecsTask }).map(json({ task: 'a' })),
  },
  lambda: {
    Invoke: fc.constant({ input: { FunctionName: 'a', InvocationType: 'Event', Payload: '{}' }, body: '' }),
  },
  logs: {
    FilterLogEvents: some({
      events: fc.array(some({ timestamp: count, message: text, logStreamName: name, eventId: name }), { maxLength: 3 }),
      nextToken: text,
    }).map(json({ logGroupName: 'a' })),
    GetLogEvents: some({
      events: fc.array(some({ timestamp: count, message: text }), { maxLength: 3 }),
      nextForwardToken: name,
      nextBackwardToken: name,
    }).map(json({ logGroupName: 'a', logStreamName: 'b' })),
  },
};
