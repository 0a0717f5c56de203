import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { output, outputsOf, queue, settings, stacksOf, templateOf } from './cloudformation.fixture.ts';
import { eventually } from './eventually.ts';

let aws: LocalAws;
let stacks: ReturnType<typeof stacksOf>;
beforeAll(async () => {
  aws = await startLocalAws();
  stacks = stacksOf(aws);
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const NAMES = { StackName: 'app', ChangeSetName: 'change' };

const propose = (ChangeSetType: 'CREATE' | 'UPDATE', TemplateBody: string, more: object = {}) =>
  stacks.client.send(new CreateChangeSetCommand({ ...NAMES, ChangeSetType, TemplateBody, ...more }));

const look = (more: object = {}) => stacks.client.send(new DescribeChangeSetCommand({ ...NAMES, ...more }));

const execute = async () => {
  await stacks.client.send(new ExecuteChangeSetCommand(NAMES));
  return stacks.settled('app');
};

const ONE = templateOf({ A: queue({ DelaySeconds: 1 }) }, { Outputs: { A: output({ Ref: 'A' }) } });

describe('a change set of type CREATE', () => {
  it('is a stack in review until it is executed', async () => {
    const { client } = stacks;
    const { Id, StackId } = await propose('CREATE', ONE, { Description: 'the first' });
    expect(Id).toMatch(/^arn:aws:cloudformation:eu-west-1:123456789012:changeSet\/change\/[0-9a-f-]{36}$/);
    expect(await stacks.describe('app')).toMatchObject({ StackId, StackStatus: 'REVIEW_IN_PROGRESS' });
    expect(await look()).toMatchObject({
      ChangeSetId: Id,
      Description: 'the first',
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Changes: [
        {
          Type: 'Resource',
          ResourceChange: { Action: 'Add', LogicalResourceId: 'A', ResourceType: 'AWS::SQS::Queue' },
        },
      ],
    });
    expect((await client.send(new GetTemplateCommand(NAMES))).TemplateBody).toBe(ONE);
    expect((await client.send(new ListChangeSetsCommand({ StackName: 'app' }))).Summaries).toHaveLength(1);
    const stack = await execute();
    expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ChangeSetId: Id, StackId });
    expect(outputsOf(stack).A).toMatch(/app-A-/);
    expect(await stacks.steps('app')).toEqual([
      'app REVIEW_IN_PROGRESS',
      'app CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS',
      'A CREATE_COMPLETE',
      'app CREATE_COMPLETE',
    ]);
    expect((await client.send(new ListChangeSetsCommand({ StackName: 'app' }))).Summaries ?? []).toEqual([]);
    expect(await look({ ChangeSetName: Id })).toMatchObject({ ExecutionStatus: 'EXECUTE_COMPLETE' });
  });

  it('can be taken back with its stack', async () => {
    const { client } = stacks;
    const { StackId = '' } = await propose('CREATE', ONE);
    await client.send(new DeleteChangeSetCommand(NAMES));
    await expect(look()).rejects.toMatchObject({
      name: 'ChangeSetNotFoundException',
      message: 'ChangeSet [change] does not exist',
      $metadata: { httpStatusCode: 404 },
    });
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    expect((await stacks.settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
  });

  it('is refused for a stack that goes while the template is read', async () => {
    const { client } = stacks;
    await new SSMClient(settings(aws)).send(new PutParameterCommand({ Name: '/delay', Value: '7', Type: 'String' }));
    const { StackId = '' } = await propose('CREATE', ONE);
    aws.faults.add({ kind: 'hold', service: 'ssm', operation: 'GetParameters' });
    const Delay = { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/delay' };
    const late = propose('CREATE', templateOf({ A: queue() }, { Parameters: { Delay } }), { ChangeSetName: 'late' });
    const refused = expect(late).rejects.toThrow(/is in DELETE_COMPLETE state and can not be updated\.$/);
    await eventually(() => expect(aws.faults.list()).toMatchObject([{ struck: 1 }]));
    await client.send(new DeleteStackCommand({ StackName: 'app' }));
    await stacks.settled(StackId);
    aws.faults.clear();
    await refused;
    expect((await client.send(new ListChangeSetsCommand({ StackName: StackId }))).Summaries).toHaveLength(1);
  });

  it('is refused for a stack that exists, and UPDATE for one that does not', async () => {
    await expect(propose('UPDATE', ONE)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack [app] does not exist',
    });
    await stacks.create('app', ONE);
    await expect(propose('CREATE', ONE)).rejects.toThrow(
      'Stack [app] already exists and cannot be created again with the changeSet [change].',
    );
    await expect(look()).rejects.toThrow('ChangeSet [change] does not exist');
    await expect(stacks.client.send(new DescribeChangeSetCommand({ ChangeSetName: 'change' }))).rejects.toThrow(
      'StackName must be specified if ChangeSetName is not specified as an ARN.',
    );
  });
});

describe('a change set of type UPDATE', () => {
  it('says what it would change, and which resources it would replace', async () => {
    await stacks.create('app', templateOf({ A: queue({ DelaySeconds: 1 }), B: queue(), C: queue({ QueueName: 'c' }) }));
    const { A, B } = await stacks.physicalIds('app');
    await propose(
      'UPDATE',
      templateOf({
        A: queue({ DelaySeconds: 2 }),
        C: queue({ QueueName: 'd' }),
        D: queue(),
        E: queue({ RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['D', 'Arn'] }, maxReceiveCount: 1 } }),
      }),
    );
    const { Changes = [] } = await look({ IncludePropertyValues: true });
    const byId = Object.fromEntries(
      Changes.map(({ ResourceChange }) => [ResourceChange?.LogicalResourceId, ResourceChange]),
    );
    expect(byId).toMatchObject({
      A: {
        Action: 'Modify',
        PhysicalResourceId: A,
        Replacement: 'False',
        Scope: ['Properties'],
        Details: [
          {
            Target: {
              Attribute: 'Properties',
              Name: 'DelaySeconds',
              RequiresRecreation: 'Never',
              BeforeValue: '1',
              AfterValue: '2',
            },
            Evaluation: 'Static',
            ChangeSource: 'DirectModification',
          },
        ],
        AfterContext: '{"Properties":{"DelaySeconds":2}}',
      },
      B: { Action: 'Remove', PhysicalResourceId: B, PolicyAction: 'Delete' },
      C: { Action: 'Modify', Replacement: 'True', PolicyAction: 'ReplaceAndDelete' },
      D: { Action: 'Add' },
      E: { Action: 'Add', AfterContext: expect.stringContaining('{{changeSet:KNOWN_AFTER_APPLY}}') },
    });
    expect(await execute()).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    expect(Object.keys(await stacks.physicalIds('app')).sort()).toEqual(['A', 'C', 'D', 'E']);
  });

  it('fails without changes, and cannot be executed', async () => {
    const { client } = stacks;
    await stacks.create('app', ONE);
    const { Id } = await propose('UPDATE', ONE);
    expect(await look()).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    await expect(client.send(new ExecuteChangeSetCommand(NAMES))).rejects.toMatchObject({
      name: 'InvalidChangeSetStatusException',
      message: `ChangeSet [${Id}] cannot be executed in its current status of [FAILED]`,
    });
    await expect(propose('UPDATE', ONE)).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  });

  it('goes with the execution of another one', async () => {
    const { client } = stacks;
    await stacks.create('app', ONE);
    await propose('UPDATE', templateOf({ A: queue({ DelaySeconds: 2 }) }));
    await propose('UPDATE', templateOf({ A: queue({ DelaySeconds: 3 }) }), { ChangeSetName: 'other' });
    await execute();
    await expect(client.send(new DescribeChangeSetCommand({ ...NAMES, ChangeSetName: 'other' }))).rejects.toThrow(
      'ChangeSet [other] does not exist',
    );
  });

  it('is obsolete once its stack was updated or deleted', async () => {
    const { client } = stacks;
    await stacks.create('app', ONE);
    await propose('UPDATE', templateOf({ A: queue({ DelaySeconds: 2 }) }));
    await stacks.update('app', templateOf({ A: queue({ DelaySeconds: 3 }) }));
    expect(await look()).toMatchObject({ ExecutionStatus: 'OBSOLETE' });
    const obsolete = /^ChangeSet \[\S+\] cannot be executed in its current execution status of \[OBSOLETE\]$/;
    await expect(execute()).rejects.toThrow(obsolete);
    const { Id, StackId = '' } = await propose('CREATE', ONE, { StackName: 'new' });
    await client.send(new DeleteStackCommand({ StackName: 'new' }));
    expect((await stacks.settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    await expect(client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }))).rejects.toThrow(obsolete);
    expect((await stacks.describe(StackId)).StackStatus).toBe('DELETE_COMPLETE');
  });
});

describe('a snapshot', () => {
  it('keeps stacks with their change sets; what was under way has failed', async () => {
    const snapshot = await mkdtemp(join(tmpdir(), 'twelvefold-stacks-'));
    try {
      const first = await startLocalAws({ snapshot });
      const before = stacksOf(first);
      await before.create('app', ONE);
      await before.client.send(
        new CreateChangeSetCommand({ ...NAMES, TemplateBody: templateOf({ A: queue(), B: queue() }) }),
      );
      first.faults.add({ kind: 'hold', service: 'sqs', operation: 'CreateQueue' });
      await before.client.send(
        new CreateChangeSetCommand({
          StackName: 'half',
          ChangeSetName: 'c',
          ChangeSetType: 'CREATE',
          TemplateBody: ONE,
        }),
      );
      await before.client.send(new ExecuteChangeSetCommand({ StackName: 'half', ChangeSetName: 'c' }));
      await first.close();
      const second = await startLocalAws({ snapshot });
      const after = stacksOf(second);
      expect(await after.describe('half')).toMatchObject({
        StackStatus: 'CREATE_FAILED',
        StackStatusReason: 'The local endpoint stopped in the middle of the operation',
      });
      await after.client.send(new ExecuteChangeSetCommand(NAMES));
      expect((await after.settled('app')).StackStatus).toBe('UPDATE_COMPLETE');
      expect(Object.keys(await after.physicalIds('app'))).toEqual(['A', 'B']);
      expect((await after.steps('app')).slice(0, 2)).toEqual(['app CREATE_IN_PROGRESS', 'A CREATE_IN_PROGRESS']);
      await second.close();
    } finally {
      await rm(snapshot, { recursive: true });
    }
  });

  it('in the middle of an update keeps the change set deletable, and the update to be made', async () => {
    const snapshot = await mkdtemp(join(tmpdir(), 'twelvefold-stacks-'));
    try {
      const first = await startLocalAws({ snapshot });
      const before = stacksOf(first);
      await before.create('app', ONE);
      const change = { ...NAMES, TemplateBody: templateOf({ A: queue({ DelaySeconds: 2 }) }) };
      await before.client.send(new CreateChangeSetCommand(change));
      first.faults.add({ kind: 'hold', service: 'sqs', operation: 'SetQueueAttributes' });
      await before.client.send(new ExecuteChangeSetCommand(NAMES));
      await eventually(async () => expect(await before.steps('app')).toContain('A UPDATE_IN_PROGRESS'));
      await first.close();
      await using second = await startLocalAws({ snapshot });
      const after = stacksOf(second);
      expect((await after.describe('app')).StackStatus).toBe('UPDATE_FAILED');
      await after.client.send(new DeleteChangeSetCommand(NAMES));
      await after.client.send(new CreateChangeSetCommand(change));
      await after.client.send(new ExecuteChangeSetCommand(NAMES));
      expect((await after.settled('app')).StackStatus).toBe('UPDATE_COMPLETE');
      const { A: QueueUrl } = await after.physicalIds('app');
      const delay = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds'] });
      const { Attributes } = await new SQSClient(settings(second)).send(delay);
      expect(Attributes).toEqual({ DelaySeconds: '2' });
    } finally {
      await rm(snapshot, { recursive: true });
    }
  });
});
