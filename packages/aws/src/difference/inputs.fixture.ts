import fc from 'fast-check';
import type { AwsOperations, Input, Operation, Service } from '../operations/aws-operations.ts';

type Inputs = { [S in Service]: { [O in Operation<S>]: fc.Arbitrary<Input<S, O & Operation<S>>> } };

/**
 * Text as users have it: every plane of Unicode, what JSON and forms escape, and nothing that is
 * not text.
 */
const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const awkward = fc.constantFrom("a'b(c)*!~", 'a b+c%20&d=e', '\u2028\t"\\/', '😀 é', '<a href="x">&amp;</a>', '');
const body = fc.oneof(text, awkward, fc.json());
// The SDK loses a member named `__proto__` and refuses one named `constructor`; ours keeps both
// (services/marshall.test.ts).
const MISTAKEN = ['__proto__', 'constructor'];
const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/).filter((text) => !MISTAKEN.includes(text));
const count = fc.integer({ min: 0, max: 10 });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 20 });
const queueUrl = name.map((queue) => `https://sqs.eu-west-1.amazonaws.com/123456789012/${queue}`);
const topicArn = name.map((topic) => `arn:aws:sns:eu-west-1:123456789012:${topic}`);

/** A record with `required`, and any of `optional`. */
const record = <T extends object>(
  model: { [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> },
  required: Array<keyof T>,
) => fc.record(model, { requiredKeys: required }) as fc.Arbitrary<T>; // what `requiredKeys` means, which its type forgets

const attribute = fc.oneof(
  fc.record({ DataType: fc.constantFrom('String', 'Number'), StringValue: body }),
  fc.record({ DataType: fc.constant('Binary'), BinaryValue: bytes }),
);
const attributes = fc.dictionary(name, attribute, { maxKeys: 3, noNullPrototype: true });

const message = {
  MessageBody: body,
  DelaySeconds: count,
  MessageAttributes: attributes,
  MessageSystemAttributes: fc.record({
    AWSTraceHeader: fc.record({ DataType: fc.constant('String'), StringValue: name }),
  }),
  MessageDeduplicationId: name,
  MessageGroupId: name,
};
const published = { Message: body, MessageAttributes: attributes, MessageDeduplicationId: name, MessageGroupId: name };

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    body,
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
    fc.boolean(),
    bytes,
    fc.constantFrom(null, undefined),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
    fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).map((members) => new Set(members)),
    fc.uniqueArray(fc.maxSafeInteger(), { minLength: 1, maxLength: 3 }).map((members) => new Set(members)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const item = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true });
const values = fc.dictionary(
  name.map((one) => `:${one}`),
  value,
  { maxKeys: 3, noNullPrototype: true },
);
const names = fc.dictionary(
  name.map((one) => `#${one}`),
  name,
  { maxKeys: 3, noNullPrototype: true },
);
const condition = {
  ConditionExpression: text,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
  ReturnValuesOnConditionCheckFailure: fc.constantFrom('ALL_OLD' as const, 'NONE' as const),
};
const put = { TableName: name, Item: item, ...condition };
const update = { TableName: name, Key: item, UpdateExpression: text, ...condition };
const remove = { TableName: name, Key: item, ...condition };
const read = {
  TableName: name,
  IndexName: name,
  FilterExpression: text,
  ProjectionExpression: text,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
  ExclusiveStartKey: item,
  Limit: count,
  ConsistentRead: fc.boolean(),
};
type D = AwsOperations['dynamodb'];
type E = AwsOperations['ecs'];
type G = AwsOperations['logs'];

/**
 * Inputs of every operation. Tokens that both sides would make up for themselves are always given.
 */
export const INPUTS: Inputs = {
  sqs: {
    SendMessage: record({ QueueUrl: queueUrl, ...message }, ['QueueUrl', 'MessageBody']),
    SendMessageBatch: fc.record({
      QueueUrl: queueUrl,
      Entries: fc.array(record({ Id: name, ...message }, ['Id', 'MessageBody']), { minLength: 1, maxLength: 3 }),
    }),
    ReceiveMessage: record(
      {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: count,
        VisibilityTimeout: count,
        MessageAttributeNames: fc.array(name, { maxLength: 2 }),
        MessageSystemAttributeNames: fc.constant(['All']),
        ReceiveRequestAttemptId: name,
      },
      ['QueueUrl'],
    ),
    DeleteMessage: fc.record({ QueueUrl: queueUrl, ReceiptHandle: text }),
    DeleteMessageBatch: fc.record({
      QueueUrl: queueUrl,
      Entries: fc.array(fc.record({ Id: name, ReceiptHandle: text }), { maxLength: 3 }),
    }),
    ChangeMessageVisibility: fc.record({ QueueUrl: queueUrl, ReceiptHandle: text, VisibilityTimeout: count }),
    ChangeMessageVisibilityBatch: fc.record({
      QueueUrl: queueUrl,
      Entries: fc.array(fc.record({ Id: name, ReceiptHandle: text, VisibilityTimeout: count }), { maxLength: 3 }),
    }),
    GetQueueAttributes: record({ QueueUrl: queueUrl, AttributeNames: fc.array(name, { maxLength: 2 }) }, ['QueueUrl']),
    GetQueueUrl: fc.record({ QueueName: name }),
  },
  sns: {
    Publish: record({ TopicArn: topicArn, ...published }, ['TopicArn', 'Message']),
    PublishBatch: fc.record({
      TopicArn: topicArn,
      PublishBatchRequestEntries: fc.array(record({ Id: name, ...published }, ['Id', 'Message']), { maxLength: 3 }),
    }),
  },
  ssm: {
    GetParameters: record({ Names: fc.array(text, { maxLength: 10 }), WithDecryption: fc.boolean() }, ['Names']),
    GetParametersByPath: record(
      {
        Path: text,
        Recursive: fc.boolean(),
        WithDecryption: fc.boolean(),
        MaxResults: count,
        NextToken: text,
        ParameterFilters: fc.array(fc.record({ Key: name, Values: fc.array(text, { maxLength: 2 }) }), {
          maxLength: 2,
        }),
      },
      ['Path'],
    ),
    PutParameter: record(
      {
        Name: text,
        Value: body,
        Type: fc.constantFrom('String', 'StringList', 'SecureString'),
        Overwrite: fc.boolean(),
        Tier: fc.constantFrom('Standard', 'Advanced', 'Intelligent-Tiering'),
        KeyId: name,
      },
      ['Name', 'Value'],
    ),
    LabelParameterVersion: record({ Name: text, ParameterVersion: count, Labels: fc.array(name, { maxLength: 2 }) }, [
      'Name',
      'Labels',
    ]),
  },
  secretsmanager: {
    GetSecretValue: record({ SecretId: text, VersionId: name, VersionStage: name }, ['SecretId']),
    BatchGetSecretValue: record({ SecretIdList: fc.array(text, { maxLength: 3 }), NextToken: text }, ['SecretIdList']),
    PutSecretValue: record(
      { SecretId: text, SecretString: body, ClientRequestToken: name, VersionStages: fc.array(name, { maxLength: 2 }) },
      ['SecretId', 'SecretString', 'ClientRequestToken'],
    ),
    DescribeSecret: fc.record({ SecretId: text }),
    ListSecrets: record(
      {
        Filters: fc.array(fc.record({ Key: fc.constant('name'), Values: fc.array(text, { maxLength: 2 }) }), {
          maxLength: 2,
        }),
        MaxResults: count,
        NextToken: text,
      },
      [],
    ),
    UpdateSecretVersionStage: record(
      { SecretId: text, VersionStage: name, RemoveFromVersionId: name, MoveToVersionId: name },
      ['SecretId', 'VersionStage'],
    ),
  },
  dynamodb: {
    GetItem: record<D['GetItem']['input']>(
      {
        TableName: name,
        Key: item,
        ConsistentRead: fc.boolean(),
        ProjectionExpression: text,
        ExpressionAttributeNames: names,
      },
      ['TableName', 'Key'],
    ),
    BatchGetItem: fc.record({
      RequestItems: fc.dictionary(
        name,
        record<D['BatchGetItem']['input']['RequestItems'][string]>(
          {
            Keys: fc.array(item, { minLength: 1, maxLength: 3 }),
            ConsistentRead: fc.boolean(),
            ProjectionExpression: text,
            ExpressionAttributeNames: names,
          },
          ['Keys'],
        ),
        { minKeys: 1, maxKeys: 2, noNullPrototype: true },
      ),
    }),
    BatchWriteItem: fc.record({
      RequestItems: fc.dictionary(
        name,
        fc.array(
          fc.oneof(
            fc.record({ PutRequest: fc.record({ Item: item }) }),
            fc.record({ DeleteRequest: fc.record({ Key: item }) }),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        { minKeys: 1, maxKeys: 2, noNullPrototype: true },
      ),
    }),
    PutItem: record<D['PutItem']['input']>({ ...put, ReturnValues: fc.constantFrom('NONE', 'ALL_OLD') }, [
      'TableName',
      'Item',
    ]),
    UpdateItem: record<D['UpdateItem']['input']>(
      { ...update, ReturnValues: fc.constantFrom('NONE', 'ALL_NEW', 'UPDATED_OLD') },
      ['TableName', 'Key'],
    ),
    DeleteItem: record<D['DeleteItem']['input']>({ ...remove, ReturnValues: fc.constantFrom('NONE', 'ALL_OLD') }, [
      'TableName',
      'Key',
    ]),
    Query: record<D['Query']['input']>({ ...read, KeyConditionExpression: text, ScanIndexForward: fc.boolean() }, [
      'TableName',
      'KeyConditionExpression',
    ]),
    Scan: record<D['Scan']['input']>({ ...read, Segment: count, TotalSegments: count }, ['TableName']),
    TransactWriteItems: fc.record({
      TransactItems: fc.array(
        fc.oneof(
          record<{ Put: D['PutItem']['input'] }>({ Put: record(put, ['TableName', 'Item']) }, ['Put']),
          fc.record({ Update: fc.record(update, { requiredKeys: ['TableName', 'Key', 'UpdateExpression'] }) }),
          record<{ Delete: D['DeleteItem']['input'] }>({ Delete: record(remove, ['TableName', 'Key']) }, ['Delete']),
          fc.record({
            ConditionCheck: fc.record(remove, { requiredKeys: ['TableName', 'Key', 'ConditionExpression'] }),
          }),
        ) as fc.Arbitrary<D['TransactWriteItems']['input']['TransactItems'][number]>, // as above
        { minLength: 1, maxLength: 4 },
      ),
      ClientRequestToken: name,
    }),
  },
  ecs: {
    DescribeServices: record<E['DescribeServices']['input']>(
      { cluster: name, services: fc.array(name, { minLength: 1, maxLength: 3 }) },
      ['services'],
    ),
    DescribeTaskDefinition: fc.record({ taskDefinition: name }),
    DescribeTasks: record<E['DescribeTasks']['input']>(
      { cluster: name, tasks: fc.array(name, { minLength: 1, maxLength: 3 }) },
      ['tasks'],
    ),
    ListTasks: record<E['ListTasks']['input']>(
      {
        cluster: name,
        startedBy: name,
        family: name,
        desiredStatus: fc.constantFrom('RUNNING', 'STOPPED'),
        nextToken: text,
      },
      [],
    ),
    RunTask: record<E['RunTask']['input']>(
      {
        cluster: name,
        taskDefinition: name,
        count,
        // The SDK makes one up where it is missing.
        clientToken: name,
        startedBy: name,
        group: name,
        launchType: fc.constant('FARGATE'),
        capacityProviderStrategy: fc.array(fc.record({ capacityProvider: name, weight: count }), { maxLength: 2 }),
        platformVersion: name,
        networkConfiguration: fc.record({
          awsvpcConfiguration: fc.record({ subnets: fc.array(name, { maxLength: 2 }) }),
        }),
        overrides: fc.record({
          containerOverrides: fc.array(fc.record({ name, command: fc.array(body, { maxLength: 3 }) }), {
            maxLength: 2,
          }),
        }),
      },
      ['taskDefinition', 'clientToken'],
    ),
    StopTask: record<E['StopTask']['input']>({ cluster: name, task: name, reason: text }, ['task']),
  },
  lambda: {
    Invoke: record<AwsOperations['lambda']['Invoke']['input']>(
      { FunctionName: name, InvocationType: fc.constant('Event'), Payload: fc.json() },
      ['FunctionName', 'InvocationType', 'Payload'],
    ),
  },
  logs: {
    FilterLogEvents: record<G['FilterLogEvents']['input']>(
      { logGroupName: name, filterPattern: body, startTime: count, endTime: count, nextToken: text, limit: count },
      ['logGroupName'],
    ),
    GetLogEvents: record<G['GetLogEvents']['input']>(
      { logGroupName: name, logStreamName: name, startFromHead: fc.boolean(), nextToken: text, limit: count },
      ['logGroupName', 'logStreamName'],
    ),
  },
};
