import {
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  RollbackStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
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

const queues = async () => (await sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [];
const delayOf = async (QueueUrl: string | undefined) => {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds'] });
  return (await sqs.send(command)).Attributes?.DelaySeconds;
};
/** SQS takes at most 900 s. */
const BAD = queue({ DelaySeconds: 901 }, { DependsOn: 'Good' });

describe('a stack that cannot be created', () => {
  it('ends without what was made', async () => {
    const stack = await stacks.create('app', templateOf({ Good: queue(), Bad: BAD }));
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await queues()).toEqual([]);
    expect(await stacks.steps('app')).toEqual([
      'app CREATE_IN_PROGRESS',
      'Good CREATE_IN_PROGRESS',
      'Good CREATE_IN_PROGRESS',
      'Good CREATE_COMPLETE',
      'Bad CREATE_IN_PROGRESS',
      'Bad CREATE_FAILED',
      'app ROLLBACK_IN_PROGRESS',
      'Bad DELETE_IN_PROGRESS',
      'Bad DELETE_COMPLETE',
      'Good DELETE_IN_PROGRESS',
      'Good DELETE_COMPLETE',
      'app ROLLBACK_COMPLETE',
    ]);
    const reasons = (await stacks.events('app')).map(({ ResourceStatusReason: reason }) => reason);
    expect(reasons[5]).toMatch(
      /^Resource handler returned message: "InvalidAttributeValue: .*" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: InvalidRequest\)$/,
    );
    expect(reasons[6]).toBe('The following resource(s) failed to create: [Bad]. Rollback requested by user.');
    const { StackResources } = await stacks.client.send(new DescribeStackResourcesCommand({ StackName: 'app' }));
    expect(StackResources?.map(({ ResourceStatus }) => ResourceStatus)).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
    await expect(
      stacks.client.send(new UpdateStackCommand({ StackName: 'app', TemplateBody: templateOf({ Good: queue() }) })),
    ).rejects.toThrow(/^Stack:arn:aws:cloudformation:\S+ is in ROLLBACK_COMPLETE state and can not be updated\.$/);
  });

  it('stays as it is, or goes, where the call says so', async () => {
    const template = templateOf({ Good: queue(), Bad: BAD });
    expect((await stacks.create('kept', template, { DisableRollback: true })).StackStatus).toBe('CREATE_FAILED');
    expect(await queues()).toHaveLength(1);
    expect((await stacks.create('gone', template, { OnFailure: 'DELETE' })).StackStatus).toBe('DELETE_COMPLETE');
    expect(await queues()).toHaveLength(1);
    // What failed is made by the next update.
    const repaired = await stacks.update('kept', templateOf({ Good: queue(), Bad: queue() }));
    expect(repaired.StackStatus).toBe('UPDATE_COMPLETE');
    expect(await queues()).toHaveLength(2);
  });

  it('keeps what is to be retained, unless the call made it', async () => {
    const template = templateOf({ Good: queue({}, { DeletionPolicy: 'Retain' }), Bad: BAD });
    expect((await stacks.create('one', template)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await queues()).toHaveLength(1);
    await stacks.create('two', template, { RetainExceptOnCreate: true });
    expect(await queues()).toHaveLength(1);
    await stacks.create('three', templateOf({ Good: queue({}, { DeletionPolicy: 'RetainExceptOnCreate' }), Bad: BAD }));
    expect(await queues()).toHaveLength(1);
  });

  it('removes a resource that was made in part', async () => {
    const Table = {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'rows',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { Enabled: true },
      },
    };
    expect((await stacks.create('app', templateOf({ Table }))).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(aws.calls({ service: 'dynamodb', operation: 'DeleteTable' })).toMatchObject([{ status: 200 }]);
  });
});

describe('an update that fails', () => {
  const OLD = templateOf(
    { A: queue({ DelaySeconds: 1 }), B: queue({ QueueName: 'b' }) },
    { Outputs: { Out: output('old') } },
  );

  it('ends in the old state', async () => {
    await stacks.create('app', OLD);
    const before = await stacks.physicalIds('app');
    const count = (await stacks.steps('app')).length;
    const stack = await stacks.update(
      'app',
      templateOf(
        {
          A: queue({ DelaySeconds: 2, VisibilityTimeout: 60 }),
          B: queue({ QueueName: 'b2' }),
          New: queue(),
          Bad: { ...BAD, DependsOn: ['A', 'B', 'New'] },
        },
        { Outputs: { Out: output('new') } },
      ),
    );
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(outputsOf(stack)).toEqual({ Out: 'old' });
    expect(await stacks.physicalIds('app')).toEqual(before);
    expect((await queues()).sort()).toEqual(Object.values(before).sort());
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: before.A, AttributeNames: ['DelaySeconds', 'VisibilityTimeout'] }),
    );
    expect(Attributes).toEqual({ DelaySeconds: '1', VisibilityTimeout: '30' });
    expect((await stacks.steps('app')).slice(count)).toEqual([
      'app UPDATE_IN_PROGRESS',
      'A UPDATE_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      'B UPDATE_IN_PROGRESS',
      'B UPDATE_IN_PROGRESS',
      'B UPDATE_COMPLETE',
      'New CREATE_IN_PROGRESS',
      'New CREATE_IN_PROGRESS',
      'New CREATE_COMPLETE',
      'Bad CREATE_IN_PROGRESS',
      'Bad CREATE_FAILED',
      'app UPDATE_ROLLBACK_IN_PROGRESS',
      'B UPDATE_COMPLETE',
      'A UPDATE_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      'app UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Bad DELETE_IN_PROGRESS',
      'Bad DELETE_COMPLETE',
      'New DELETE_IN_PROGRESS',
      'New DELETE_COMPLETE',
      'B DELETE_IN_PROGRESS',
      'B DELETE_COMPLETE',
      'app UPDATE_ROLLBACK_COMPLETE',
    ]);
    const reason = (await stacks.events('app')).find(
      ({ ResourceStatus: status }) => String(status) === 'UPDATE_ROLLBACK_IN_PROGRESS',
    )?.ResourceStatusReason;
    expect(reason).toBe('The following resource(s) failed to create: [Bad]. ');
    expect((await stacks.update('app', templateOf({ A: queue() }))).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('stays where it is with DisableRollback, and goes on with the next update', async () => {
    await stacks.create('app', OLD);
    const bad = templateOf({ A: queue({ DelaySeconds: 901 }), B: queue({ QueueName: 'b' }) });
    expect((await stacks.update('app', bad, { DisableRollback: true })).StackStatus).toBe('UPDATE_FAILED');
    expect((await stacks.update('app', OLD)).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('stays half done where the way back fails too', async () => {
    await stacks.create('app', OLD);
    // Held where A is changed already.
    aws.faults.add({ kind: 'hold', service: 'sqs', operation: 'CreateQueue' });
    const changed = { A: queue({ DelaySeconds: 9 }), B: queue({ QueueName: 'b' }), Bad: { ...BAD, DependsOn: 'A' } };
    await stacks.client.send(new UpdateStackCommand({ StackName: 'app', TemplateBody: templateOf(changed) }));
    await eventually(() => expect(aws.faults.list()).toMatchObject([{ struck: 1 }]));
    aws.faults.clear();
    aws.faults.add({ kind: 'error500', service: 'sqs', operation: 'SetQueueAttributes' });
    const stack = await stacks.settled('app');
    expect(stack).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [A]. ',
    });
    aws.faults.clear();
    await stacks.client.send(new ContinueUpdateRollbackCommand({ StackName: 'app' }));
    expect((await stacks.settled('app')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const { A: QueueUrl, ...others } = await stacks.physicalIds('app');
    expect(await delayOf(QueueUrl)).toBe('1');
    expect(Object.keys(others)).toEqual(['B']);
    await expect(stacks.client.send(new ContinueUpdateRollbackCommand({ StackName: 'app' }))).rejects.toThrow(
      /is in UPDATE_ROLLBACK_COMPLETE state/,
    );
  });
});

describe('what failed and stayed', () => {
  const OLD = templateOf({ A: queue({ DelaySeconds: 1 }), B: queue() });
  const kept = { DisableRollback: true };

  it('is tried again by the next update, also with the same template', async () => {
    const Topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'taken' }, DependsOn: 'A' };
    const template = templateOf({ A: queue(), Topic });
    const sns = new SNSClient(settings(aws));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'taken' }));
    expect((await stacks.create('app', template, kept)).StackStatus).toBe('CREATE_FAILED');
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    expect((await stacks.update('app', template)).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await stacks.physicalIds('app')).toEqual({ A: (await queues())[0], Topic: TopicArn });
  });

  it('of an update leaves nothing behind when a later one succeeds', async () => {
    await stacks.create('app', OLD);
    const next = (properties: object) =>
      templateOf({ A: queue({ DelaySeconds: 1, FifoQueue: true }), B: queue(properties, { DependsOn: 'A' }) });
    expect((await stacks.update('app', next({ DelaySeconds: 901 }), kept)).StackStatus).toBe('UPDATE_FAILED');
    expect(await queues()).toHaveLength(3);
    expect((await stacks.update('app', next({ DelaySeconds: 9 }))).StackStatus).toBe('UPDATE_COMPLETE');
    const ids = await stacks.physicalIds('app');
    expect((await queues()).sort()).toEqual(Object.values(ids).sort());
    expect(await delayOf(ids.B)).toBe('9');
  });

  it.each(['update', 'rollback', 'deletion'])('of several updates leaves nothing behind, ended by %s', async (end) => {
    const { StackId = '' } = await stacks.create('app', templateOf({ A: queue({ QueueName: 'a1' }) }));
    const next = (QueueName: string) => templateOf({ A: queue({ QueueName }), Bad: { ...BAD, DependsOn: 'A' } });
    for (const name of ['a2', 'a3']) {
      expect((await stacks.update('app', next(name), kept)).StackStatus).toBe('UPDATE_FAILED');
    }
    if (end === 'update') await stacks.update('app', templateOf({ A: queue({ QueueName: 'a4' }) }));
    if (end === 'rollback') await stacks.client.send(new RollbackStackCommand({ StackName: 'app' }));
    if (end === 'deletion') await stacks.client.send(new DeleteStackCommand({ StackName: 'app' }));
    await stacks.settled(StackId);
    const names = (await queues()).map((url) => url.split('/').at(-1));
    expect(names).toEqual({ update: ['a4'], rollback: ['a1'], deletion: [] }[end]);
  });

  it('half made is not left behind where it cannot be removed', async () => {
    aws.faults.add({ kind: 'error500', service: 'sqs', operation: 'GetQueueAttributes' });
    expect((await stacks.create('app', templateOf({ A: queue() }), kept)).StackStatus).toBe('CREATE_FAILED');
    aws.faults.clear();
    aws.faults.add({ kind: 'error500', service: 'sqs', operation: 'DeleteQueue' });
    expect((await stacks.update('app', templateOf({ A: queue() }))).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await queues()).toEqual(Object.values(await stacks.physicalIds('app')));
    aws.faults.clear();
    expect((await stacks.update('app', templateOf({ A: queue() }))).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await queues()).toEqual(Object.values(await stacks.physicalIds('app')));
  });

  it('may need what was removed the other way round', async () => {
    const first = { A: queue({ QueueName: 'a1' }, { DependsOn: 'B' }), B: queue({ DelaySeconds: 1 }) };
    await stacks.create('app', templateOf(first));
    const turned = { A: queue({ QueueName: 'a2' }), B: queue({ DelaySeconds: 2 }, { DependsOn: 'A' }) };
    const bad = templateOf({ ...turned, Bad: { ...BAD, DependsOn: 'B' } });
    expect((await stacks.update('app', bad, kept)).StackStatus).toBe('UPDATE_FAILED');
    expect((await stacks.update('app', templateOf({ A: turned.A }))).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await queues()).toEqual(Object.values(await stacks.physicalIds('app')));
  });

  it('of an update goes with the stack', async () => {
    const { StackId = '' } = await stacks.create('app', OLD);
    const bad = templateOf({ A: queue({ FifoQueue: true }), B: queue({ DelaySeconds: 901 }, { DependsOn: 'A' }) });
    expect((await stacks.update('app', bad, kept)).StackStatus).toBe('UPDATE_FAILED');
    await stacks.client.send(new DeleteStackCommand({ StackName: 'app' }));
    expect((await stacks.settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(await queues()).toEqual([]);
  });

  it('is taken back by RollbackStack', async () => {
    const { client } = stacks;
    await stacks.create('app', OLD);
    const before = await stacks.physicalIds('app');
    await expect(client.send(new RollbackStackCommand({ StackName: 'app' }))).rejects.toThrow(
      /is in CREATE_COMPLETE state and can not be rolled back\.$/,
    );
    const bad = templateOf({ A: queue({ DelaySeconds: 7 }), B: queue({ DelaySeconds: 901 }, { DependsOn: 'A' }) });
    expect((await stacks.update('app', bad, kept)).StackStatus).toBe('UPDATE_FAILED');
    await client.send(new RollbackStackCommand({ StackName: 'app' }));
    expect((await stacks.settled('app')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await stacks.physicalIds('app')).toEqual(before);
    expect(await delayOf(before.A)).toBe('1');
    await stacks.create('new', templateOf({ Good: queue(), Bad: BAD }), kept);
    await client.send(new RollbackStackCommand({ StackName: 'new' }));
    expect((await stacks.settled('new')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await queues()).toHaveLength(2);
  });
});
