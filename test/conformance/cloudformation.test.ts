import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { output, outputsOf, queue, settings, stacksOf, templateOf } from './cloudformation.fixture.ts';
import { eventually } from './eventually.ts';

let aws: LocalAws;
let stacks: ReturnType<typeof stacksOf>;
let sqs: SQSClient;
beforeAll(async () => {
  aws = await startLocalAws();
  stacks = stacksOf(aws);
  sqs = new SQSClient(settings(aws));
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const TWO = templateOf(
  {
    Orders: queue({ RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 } }),
    Dead: queue({ MessageRetentionPeriod: 1_209_600 }),
  },
  { Description: 'Two queues', Outputs: { Url: output({ Ref: 'Orders' }) } },
);

const TABLE = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
};

const queues = async () => (await sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [];

describe('CreateStack', () => {
  it('makes the resources of a template in the order that they need', async () => {
    const stack = await stacks.create('app', TWO, { Tags: [{ Key: 'team', Value: 'orders' }] });
    expect(stack).toMatchObject({
      StackName: 'app',
      StackStatus: 'CREATE_COMPLETE',
      Description: 'Two queues',
      Tags: [{ Key: 'team', Value: 'orders' }],
      EnableTerminationProtection: false,
    });
    expect(stack.StackId).toMatch(/^arn:aws:cloudformation:eu-west-1:123456789012:stack\/app\/[0-9a-f-]{36}$/);
    const url = outputsOf(stack).Url;
    expect(url).toMatch(/\/123456789012\/app-Orders-[A-Z0-9]{12}$/);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toMatchObject({ maxReceiveCount: 5 });
    expect(await stacks.steps('app')).toEqual([
      'app CREATE_IN_PROGRESS',
      'Dead CREATE_IN_PROGRESS',
      'Dead CREATE_IN_PROGRESS',
      'Dead CREATE_COMPLETE',
      'Orders CREATE_IN_PROGRESS',
      'Orders CREATE_IN_PROGRESS',
      'Orders CREATE_COMPLETE',
      'app CREATE_COMPLETE',
    ]);
  });

  it('shows the token of the call and the properties in events', async () => {
    await stacks.create('app', templateOf({ Orders: queue({ DelaySeconds: 5 }) }), { ClientRequestToken: 'token-1' });
    const [started, begun, initiated] = await stacks.events('app');
    expect(started).toMatchObject({ ClientRequestToken: 'token-1', ResourceStatusReason: 'User Initiated' });
    expect(begun).toMatchObject({ ResourceProperties: '{"DelaySeconds":5}', ResourceType: 'AWS::SQS::Queue' });
    expect(initiated).toMatchObject({ ResourceStatusReason: 'Resource creation Initiated' });
    const ids = (await stacks.events('app')).map(({ EventId }) => EventId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('lists what the endpoint does not make, and says so', async () => {
    const Topic = { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'late' } };
    const stack = await stacks.create(
      'app',
      templateOf({ Topic }, { Outputs: { Arn: output({ 'Fn::GetAtt': ['Topic', 'Arn'] }) } }),
    );
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(outputsOf(stack)).toEqual({ Arn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:late' });
    const { StackResourceSummaries } = await stacks.client.send(new ListStackResourcesCommand({ StackName: 'app' }));
    expect(StackResourceSummaries).toMatchObject([
      {
        PhysicalResourceId: 'late',
        ResourceStatus: 'CREATE_COMPLETE',
        ResourceStatusReason: 'AWS::CloudWatch::Alarm is only listed: the local endpoint does not make it',
      },
    ]);
  });

  it('refuses a name that is taken, one that no stack may have, and a resource that exists', async () => {
    const create = (StackName: string) => stacks.client.send(new CreateStackCommand({ StackName, TemplateBody: TWO }));
    await stacks.create('app', TWO);
    await expect(create('app')).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Stack [app] already exists',
    });
    await expect(create('1app')).rejects.toMatchObject({ name: 'ValidationError' });
    await stacks.create('named', templateOf({ Orders: queue({ QueueName: 'orders' }) }));
    const failed = await stacks.create('other', templateOf({ Orders: queue({ QueueName: 'orders' }) }));
    expect(failed.StackStatus).toBe('ROLLBACK_COMPLETE');
    const reasons = (await stacks.events('other')).map(({ ResourceStatusReason }) => ResourceStatusReason);
    expect(reasons.join('\n')).toContain("Resource of type 'AWS::SQS::Queue' with identifier 'orders' already exists.");
    // The queue of the first stack is still there.
    await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
  });
});

describe('an operation under way', () => {
  it('shows its status, and keeps others away', async () => {
    const { client } = stacks;
    aws.faults.add({ kind: 'hold', service: 'sqs', operation: 'CreateQueue' });
    await client.send(new CreateStackCommand({ StackName: 'app', TemplateBody: TWO }));
    expect(await stacks.describe('app')).toMatchObject({ StackStatus: 'CREATE_IN_PROGRESS' });
    await expect(
      client.send(new UpdateStackCommand({ StackName: 'app', TemplateBody: templateOf({ A: queue() }) })),
    ).rejects.toThrow(/is in CREATE_IN_PROGRESS state and can not be updated\.$/);
    aws.faults.clear();
    expect((await stacks.settled('app')).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('ends with a reset, and makes nothing after it', async () => {
    aws.faults.add({ kind: 'hold', service: 'sqs', operation: 'CreateQueue' });
    await stacks.client.send(new CreateStackCommand({ StackName: 'app', TemplateBody: TWO }));
    await eventually(() => expect(aws.faults.list()).toMatchObject([{ struck: 1 }]));
    aws.reset('cloudformation');
    aws.faults.clear();
    await eventually(() => expect(aws.calls({ service: 'sqs', operation: 'CreateQueue' })).toHaveLength(1));
    await stacks.create('next', templateOf({ A: queue() }));
    expect(aws.calls({ service: 'sqs', operation: 'CreateQueue' })).toHaveLength(2);
  });
});

describe('UpdateStack', () => {
  it('adds, changes and removes, and says when nothing changes', async () => {
    await stacks.create('app', templateOf({ A: queue({ DelaySeconds: 1 }), B: queue() }));
    const before = await stacks.physicalIds('app');
    const stack = await stacks.update('app', templateOf({ A: queue({ DelaySeconds: 2 }), C: queue() }));
    expect(stack).toMatchObject({ StackStatus: 'UPDATE_COMPLETE', LastUpdatedTime: expect.any(Date) });
    const after = await stacks.physicalIds('app');
    expect(after.A).toBe(before.A);
    expect(Object.keys(after).sort()).toEqual(['A', 'C']);
    expect((await queues()).sort()).toEqual(Object.values(after).sort());
    expect((await stacks.steps('app')).slice(8)).toEqual([
      'app UPDATE_IN_PROGRESS',
      'A UPDATE_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      'C CREATE_IN_PROGRESS',
      'C CREATE_IN_PROGRESS',
      'C CREATE_COMPLETE',
      'app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'B DELETE_IN_PROGRESS',
      'B DELETE_COMPLETE',
      'app UPDATE_COMPLETE',
    ]);
    await expect(
      stacks.client.send(new UpdateStackCommand({ StackName: 'app', UsePreviousTemplate: true })),
    ).rejects.toMatchObject({ name: 'ValidationError', message: 'No updates are to be performed.' });
  });

  it('counts a changed output, and refuses a changed type and a stack that is not there', async () => {
    const { client } = stacks;
    const at = (Value: string) => templateOf({ A: queue() }, { Outputs: { Out: output(Value) } });
    await stacks.create('app', at('one'));
    expect(outputsOf(await stacks.update('app', at('two')))).toEqual({ Out: 'two' });
    const TemplateBody = templateOf({ A: { Type: 'AWS::SNS::Topic' } });
    await expect(client.send(new UpdateStackCommand({ StackName: 'app', TemplateBody }))).rejects.toThrow(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [A]',
    );
    await expect(client.send(new UpdateStackCommand({ StackName: 'none', TemplateBody }))).rejects.toThrow(
      'Stack [none] does not exist',
    );
  });
});

describe('DeleteStack', () => {
  it('removes all but what is to be retained; the stack stays under its id', async () => {
    const { StackId = '' } = await stacks.create(
      'app',
      templateOf({ A: queue({}, { DeletionPolicy: 'Retain' }), B: queue() }),
    );
    const { A } = await stacks.physicalIds('app');
    await stacks.client.send(new DeleteStackCommand({ StackName: 'app' }));
    expect(await stacks.settled(StackId)).toMatchObject({
      StackStatus: 'DELETE_COMPLETE',
      DeletionTime: expect.any(Date),
    });
    expect(await queues()).toEqual([A]);
    expect(await stacks.steps(StackId)).toContain('A DELETE_SKIPPED');
    await expect(stacks.describe('app')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id app does not exist',
    });
    await stacks.client.send(new DeleteStackCommand({ StackName: 'app' }));
    expect((await stacks.create('app', TWO)).StackId).not.toBe(StackId);
  });

  it('fails with what cannot be removed, which may be retained then', async () => {
    const { client } = stacks;
    const A = { Type: 'AWS::DynamoDB::Table', Properties: { ...TABLE, DeletionProtectionEnabled: true } };
    await stacks.create('app', templateOf({ A, B: queue() }));
    await expect(client.send(new DeleteStackCommand({ StackName: 'app', RetainResources: ['A'] }))).rejects.toThrow(
      'Specify retain resources only when stack is in DELETE_FAILED state.',
    );
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    expect(await stacks.settled('app')).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [A]. ',
    });
    const id = (await stacks.describe('app')).StackId ?? '';
    await client.send(new DeleteStackCommand({ StackName: 'app', RetainResources: ['A'] }));
    expect((await stacks.settled(id)).StackStatus).toBe('DELETE_COMPLETE');
    expect(await queues()).toEqual([]);
  });

  it('is refused while the stack is protected', async () => {
    const { client } = stacks;
    await stacks.create('app', TWO, { EnableTerminationProtection: true });
    await expect(client.send(new DeleteStackCommand({ StackName: 'app' }))).rejects.toThrow(
      'Stack [app] cannot be deleted while TerminationProtection is enabled',
    );
    await client.send(new UpdateTerminationProtectionCommand({ StackName: 'app', EnableTerminationProtection: false }));
    const id = (await stacks.describe('app')).StackId ?? '';
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    expect((await stacks.settled(id)).StackStatus).toBe('DELETE_COMPLETE');
  });
});

describe('what describes stacks', () => {
  it('lists them, deleted ones by their status, apart by account', async () => {
    const { client } = stacks;
    const { StackId } = await stacks.create('gone', TWO);
    await client.send(new DeleteStackCommand({ StackName: 'gone' }));
    await stacks.settled(StackId ?? '');
    await stacks.create('app', TWO);
    const { Stacks } = await client.send(new DescribeStacksCommand({}));
    expect(Stacks?.map(({ StackName }) => StackName)).toEqual(['app']);
    const { StackSummaries } = await client.send(new ListStacksCommand({}));
    expect(StackSummaries?.map(({ StackName, StackStatus }) => [StackName, StackStatus])).toEqual([
      ['app', 'CREATE_COMPLETE'],
      ['gone', 'DELETE_COMPLETE'],
    ]);
    const filtered = await client.send(new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] }));
    expect(filtered.StackSummaries).toMatchObject([{ StackName: 'gone', TemplateDescription: 'Two queues' }]);
    const other = stacksOf(aws, '999988887777');
    expect((await other.client.send(new DescribeStacksCommand({}))).Stacks ?? []).toEqual([]);
  });

  it('shows resources by logical and by physical id', async () => {
    const { client } = stacks;
    await stacks.create('app', TWO);
    const { Orders } = await stacks.physicalIds('app');
    const one = await client.send(new DescribeStackResourceCommand({ StackName: 'app', LogicalResourceId: 'Orders' }));
    expect(one.StackResourceDetail).toMatchObject({ PhysicalResourceId: Orders, ResourceType: 'AWS::SQS::Queue' });
    const all = await client.send(new DescribeStackResourcesCommand({ PhysicalResourceId: Orders }));
    expect(all.StackResources?.map(({ LogicalResourceId }) => LogicalResourceId).sort()).toEqual(['Dead', 'Orders']);
    await expect(
      client.send(new DescribeStackResourceCommand({ StackName: 'app', LogicalResourceId: 'None' })),
    ).rejects.toThrow('Resource None does not exist for stack app');
  });

  it('pages through events, and through those that failed', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`Queue${index}`, queue()]));
    await stacks.create('app', templateOf(many));
    const steps = await stacks.steps('app');
    expect(steps).toHaveLength(2 + 40 * 3);
    expect(steps[0]).toBe('app CREATE_IN_PROGRESS');
    const { OperationEvents } = await stacks.client.send(
      new DescribeEventsCommand({ StackName: 'app', Filters: { FailedEvents: true } }),
    );
    expect(OperationEvents ?? []).toEqual([]);
  });

  it('has its calls in the log, and makes resources as the caller', async () => {
    await stacks.create('app', templateOf({ A: queue() }));
    const principal = 'arn:aws:iam::123456789012:root';
    const [id] = [(await stacks.describe('app')).StackId];
    expect(aws.calls({ service: 'cloudformation', operation: 'DescribeStacks' }).at(-1)).toMatchObject({
      principal,
      touched: [{ action: 'cloudformation:DescribeStacks', resource: id }],
    });
    expect(aws.calls({ service: 'sqs', operation: 'CreateQueue' })).toMatchObject([{ principal, status: 200 }]);
  });
});
