import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ListQueueTagsCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { output, outputsOf, queue, settings, stacksOf, templateOf } from './cloudformation.fixture.ts';

let aws: LocalAws;
let stacks: ReturnType<typeof stacksOf>;
let sqs: SQSClient;
let dynamodb: DynamoDBClient;
beforeAll(async () => {
  aws = await startLocalAws();
  stacks = stacksOf(aws);
  sqs = new SQSClient(settings(aws));
  dynamodb = new DynamoDBClient(settings(aws));
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
const index = (name: string) => ({ IndexName: name, KeySchema: key(name), Projection: { ProjectionType: 'ALL' } });

const table = (Properties: object = {}, more: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    AttributeDefinitions: [attribute('id')],
    KeySchema: key('id'),
    BillingMode: 'PAY_PER_REQUEST',
    ...Properties,
  },
  ...more,
});

const indexed = (...names: string[]) =>
  table({
    AttributeDefinitions: ['id', ...names].map(attribute),
    GlobalSecondaryIndexes: names.map(index),
  });

async function indexesOf(TableName: string | undefined) {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  return (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
}

describe('a table', () => {
  it('gets and loses indexes with its rows in place', async () => {
    await stacks.create('app', templateOf({ Rows: table() }));
    const { Rows: TableName } = await stacks.physicalIds('app');
    await dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: '1' }, owner: { S: 'a' } } }));
    await stacks.update('app', templateOf({ Rows: indexed('owner') }));
    expect((await stacks.physicalIds('app')).Rows).toBe(TableName);
    expect(await indexesOf(TableName)).toEqual(['owner']);
    await stacks.update('app', templateOf({ Rows: table() }));
    expect(await indexesOf(TableName)).toEqual([]);
  });

  it('takes one index at a time', async () => {
    await stacks.create('app', templateOf({ Rows: table() }));
    const stack = await stacks.update('app', templateOf({ Rows: indexed('owner', 'state') }));
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const reasons = (await stacks.events('app')).map(({ ResourceStatusReason: reason }) => reason).join('\n');
    expect(reasons).toContain('Cannot perform more than one GSI creation or deletion in a single update');
    expect(await indexesOf((await stacks.physicalIds('app')).Rows)).toEqual([]);
  });

  it('is changed in place, and back to the defaults', async () => {
    const more = {
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
      DeletionProtectionEnabled: true,
      Tags: [{ Key: 'team', Value: 'orders' }],
    };
    await stacks.create('app', templateOf({ Rows: table() }));
    const { Rows: TableName } = await stacks.physicalIds('app');
    const look = async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      const { TimeToLiveDescription } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
      return {
        stream: Table?.StreamSpecification?.StreamEnabled ?? false,
        isProtected: Table?.DeletionProtectionEnabled ?? false,
        ttl: TimeToLiveDescription?.TimeToLiveStatus,
      };
    };
    const stack = await stacks.update(
      'app',
      templateOf({ Rows: table(more) }, { Outputs: { Stream: output({ 'Fn::GetAtt': ['Rows', 'StreamArn'] }) } }),
    );
    expect(outputsOf(stack).Stream).toContain(`table/${TableName}/stream/`);
    expect(await look()).toEqual({ stream: true, isProtected: true, ttl: 'ENABLED' });
    await stacks.update('app', templateOf({ Rows: table() }));
    expect(await look()).toEqual({ stream: false, isProtected: false, ttl: 'DISABLED' });
  });

  it('is replaced by another key: the new one is made first, and what refers to it follows', async () => {
    const at = (Rows: object) =>
      templateOf({
        Rows,
        Name: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Rows' } } },
      });
    await stacks.create('app', at(table()));
    const before = await stacks.physicalIds('app');
    const count = (await stacks.steps('app')).length;
    const { StackStatus } = await stacks.update(
      'app',
      at(table({ AttributeDefinitions: [attribute('pk')], KeySchema: key('pk') })),
    );
    expect(StackStatus).toBe('UPDATE_COMPLETE');
    const after = await stacks.physicalIds('app');
    expect(after.Rows).not.toBe(before.Rows);
    expect(after.Name).toBe(before.Name);
    const { Parameter } = await new SSMClient(settings(aws)).send(new GetParameterCommand({ Name: after.Name }));
    expect(Parameter?.Value).toBe(after.Rows);
    const events = (await stacks.events('app')).slice(count);
    expect(events.map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`)).toEqual([
      'app UPDATE_IN_PROGRESS',
      'Rows UPDATE_IN_PROGRESS',
      'Rows UPDATE_IN_PROGRESS',
      'Rows UPDATE_COMPLETE',
      'Name UPDATE_IN_PROGRESS',
      'Name UPDATE_COMPLETE',
      'app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Rows DELETE_IN_PROGRESS',
      'Rows DELETE_COMPLETE',
      'app UPDATE_COMPLETE',
    ]);
    expect(events[1]?.ResourceStatusReason).toBe(
      'Requested update requires the creation of a new physical resource; hence creating one.',
    );
    expect(events[7]?.PhysicalResourceId).toBe(before.Rows);
    await expect(dynamodb.send(new DescribeTableCommand({ TableName: before.Rows }))).rejects.toThrow();
  });

  it('keeps its predecessor where UpdateReplacePolicy says so', async () => {
    const policy = { UpdateReplacePolicy: 'Retain' };
    await stacks.create('app', templateOf({ Rows: table({}, policy) }));
    const { Rows } = await stacks.physicalIds('app');
    await stacks.update(
      'app',
      templateOf({ Rows: table({ AttributeDefinitions: [attribute('pk')], KeySchema: key('pk') }, policy) }),
    );
    expect(await stacks.steps('app')).toContain('Rows DELETE_SKIPPED');
    await dynamodb.send(new DescribeTableCommand({ TableName: Rows }));
  });

  it('cannot be replaced under a name that the template gives', async () => {
    await stacks.create('app', templateOf({ Rows: table({ TableName: 'rows' }) }));
    const stack = await stacks.update(
      'app',
      templateOf({ Rows: table({ TableName: 'rows', AttributeDefinitions: [attribute('pk')], KeySchema: key('pk') }) }),
    );
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const failed = (await stacks.events('app')).find(({ ResourceStatus: status }) => status === 'UPDATE_FAILED');
    expect(failed?.ResourceStatusReason).toBe(
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename rows and update the stack again.',
    );
  });
});

describe('queues and topics', () => {
  const wired = (more: object = {}) =>
    templateOf(
      {
        Events: { Type: 'AWS::SNS::Topic' },
        Orders: queue(),
        Policy: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: 'Orders' }],
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Service: 'sns.amazonaws.com' },
                  Action: 'sqs:SendMessage',
                  Resource: { 'Fn::GetAtt': ['Orders', 'Arn'] },
                },
              ],
            },
          },
        },
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: {
            TopicArn: { Ref: 'Events' },
            Protocol: 'sqs',
            Endpoint: { 'Fn::GetAtt': ['Orders', 'Arn'] },
            ...more,
          },
        },
      },
      { Outputs: { Topic: output({ Ref: 'Events' }) } },
    );

  it('get a subscription while they are used; its settings change in place', async () => {
    await stacks.create('app', templateOf({ Events: { Type: 'AWS::SNS::Topic' } }));
    const stack = await stacks.update('app', wired({ RawMessageDelivery: true, FilterPolicy: { kind: ['order'] } }));
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    const { Orders, Subscription } = await stacks.physicalIds('app');
    const sns = new SNSClient(settings(aws));
    const read = async () =>
      (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: Subscription }))).Attributes;
    expect(await read()).toMatchObject({ RawMessageDelivery: 'true', FilterPolicy: '{"kind":["order"]}' });
    await stacks.update('app', wired());
    expect((await stacks.physicalIds('app')).Subscription).toBe(Subscription);
    expect(await read()).toMatchObject({ RawMessageDelivery: 'false' });
    expect(await read()).not.toHaveProperty('FilterPolicy');
    await sns.send(new PublishCommand({ TopicArn: outputsOf(stack).Topic, Message: 'hello' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: Orders, WaitTimeSeconds: 5 }));
    expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({ Message: 'hello' });
    await stacks.update('app', templateOf({ Events: { Type: 'AWS::SNS::Topic' } }));
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions ?? []).toEqual([]);
  });

  it('lose the settings, tags and policy that the template does not have any more', async () => {
    const Tags = [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ];
    const policy = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Q' }], PolicyDocument: { Statement: [] } },
    };
    await stacks.create('app', templateOf({ Q: queue({ DelaySeconds: 3, VisibilityTimeout: 5, Tags }), policy }));
    const { Q: QueueUrl } = await stacks.physicalIds('app');
    await stacks.update('app', templateOf({ Q: queue({ DelaySeconds: 4, Tags: [{ Key: 'a', Value: '3' }] }) }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ DelaySeconds: '4', VisibilityTimeout: '30' });
    expect(Attributes).not.toHaveProperty('Policy');
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ a: '3' });
  });

  it('are replaced where the documentation says so', async () => {
    await stacks.create('app', templateOf({ Q: queue(), T: { Type: 'AWS::SNS::Topic' } }));
    const before = await stacks.physicalIds('app');
    await stacks.update(
      'app',
      templateOf({ Q: queue({ FifoQueue: true }), T: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'named' } } }),
    );
    const after = await stacks.physicalIds('app');
    expect(after.Q).toMatch(/\.fifo$/);
    expect(after.T).toMatch(/:named$/);
    await expect(
      sqs.send(new GetQueueAttributesCommand({ QueueUrl: before.Q, AttributeNames: ['All'] })),
    ).rejects.toThrow();
  });
});

describe('roles, secrets and parameters', () => {
  const document = (Action: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
  });
  const role = (...names: string[]) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: names.map((PolicyName) => ({ PolicyName, PolicyDocument: document('sqs:SendMessage') })),
    },
  });
  const policy = (Action: string) => ({
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName: 'own', PolicyDocument: document(Action), Roles: [{ Ref: 'Role' }] },
  });
  const more = { Capabilities: ['CAPABILITY_IAM'] };

  it('a role keeps the policies that other resources put on it', async () => {
    const iam = new IAMClient(settings(aws));
    await stacks.create('app', templateOf({ Role: role('inline'), Policy: policy('sqs:SendMessage') }), more);
    const { Role: RoleName } = await stacks.physicalIds('app');
    const names = async () => (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames?.sort();
    await stacks.update('app', templateOf({ Role: role('other'), Policy: policy('sqs:SendMessage') }), more);
    expect(await names()).toEqual(['other', 'own']);
    await stacks.update('app', templateOf({ Role: role('other'), Policy: policy('sqs:DeleteMessage') }), more);
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'own' }));
    expect(decodeURIComponent(PolicyDocument)).toContain('sqs:DeleteMessage');
    await stacks.update('app', templateOf({ Role: role() }), more);
    expect(await names()).toEqual([]);
  });

  it('values that the template changes are set, others stay', async () => {
    const at = (value: string, description: string) =>
      templateOf({
        Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: value, Description: description } },
        Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } },
      });
    await stacks.create('app', at('one', 'a'));
    const { Secret: SecretId, Parameter: Name } = await stacks.physicalIds('app');
    const read = async () => [
      (await new SecretsManagerClient(settings(aws)).send(new GetSecretValueCommand({ SecretId }))).SecretString,
      (await new SSMClient(settings(aws)).send(new GetParameterCommand({ Name }))).Parameter?.Value,
    ];
    await stacks.update('app', at('two', 'a'));
    expect(await read()).toEqual(['two', 'two']);
    await stacks.update('app', at('two', 'b'));
    expect(await read()).toEqual(['two', 'two']);
    expect(Name).toMatch(/^CFN-app-Parameter-/);
  });
});
