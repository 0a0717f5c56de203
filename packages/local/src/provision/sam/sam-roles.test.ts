import { GetRolePolicyCommand, IAMClient, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { useEndpoint } from '../fixtures/use-endpoint.ts';

const { run, clientOptions } = useEndpoint();
const HERE = 'eu-west-1:123456789012';

const withFunction = (Properties: object) => ({
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    F: { Type: 'AWS::Serverless::Function', Properties: { InlineCode: '', ...Properties } },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'events' } },
    Table: { Type: 'AWS::Serverless::SimpleTable', Properties: { TableName: 'rows' } },
  },
});

async function statementsOf(PolicyName: string): Promise<unknown> {
  const { PolicyDocument = '' } = await new IAMClient(clientOptions()).send(
    new GetRolePolicyCommand({ RoleName: 'local-FRole', PolicyName }),
  );
  return JSON.parse(decodeURIComponent(PolicyDocument)).Statement;
}

async function attached(): Promise<Array<string | undefined>> {
  const { AttachedPolicies = [] } = await new IAMClient(clientOptions()).send(
    new ListAttachedRolePoliciesCommand({ RoleName: 'local-FRole' }),
  );
  return AttachedPolicies.map(({ PolicyName }) => PolicyName);
}

// Source: the SAM developer guide, "Policy template list".
describe('the role of a SAM function', () => {
  it('has the policies of policy templates', async () => {
    const { outcomes, notes } = await run(
      withFunction({
        Policies: [
          'AmazonDynamoDBFullAccess',
          { SQSSendMessagePolicy: { QueueName: { 'Fn::GetAtt': ['Queue', 'QueueName'] } } },
          { DynamoDBCrudPolicy: { TableName: { Ref: 'Table' } } },
          { SSMParameterReadPolicy: { ParameterName: 'app/flag' } },
          { CloudWatchPutMetricPolicy: {} },
          { Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'Topic' } }] },
        ],
      }),
      {},
    );
    expect(outcomes.FRole).toBe('created');
    expect(notes.FRole).toBe('not known here, so they grant nothing: arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess');
    // The number is the policy's in the whole list.
    expect(await statementsOf('FRolePolicy1')).toEqual([
      { Effect: 'Allow', Action: ['sqs:SendMessage*'], Resource: [`arn:aws:sqs:${HERE}:orders`] },
    ]);
    expect(await statementsOf('FRolePolicy2')).toEqual([
      {
        Effect: 'Allow',
        Action: expect.arrayContaining(['dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem']),
        Resource: [`arn:aws:dynamodb:${HERE}:table/rows`, `arn:aws:dynamodb:${HERE}:table/rows/index/*`],
      },
    ]);
    expect(await statementsOf('FRolePolicy3')).toEqual([
      { Effect: 'Allow', Action: ['ssm:DescribeParameters'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['ssm:GetParameters', 'ssm:GetParameter', 'ssm:GetParametersByPath'],
        Resource: [`arn:aws:ssm:${HERE}:parameter/app/flag`],
      },
    ]);
    expect(await statementsOf('FRolePolicy4')).toEqual([
      { Effect: 'Allow', Action: ['cloudwatch:PutMetricData'], Resource: '*' },
    ]);
    expect(await statementsOf('FRolePolicy5')).toEqual([
      { Effect: 'Allow', Action: 'sns:Publish', Resource: `arn:aws:sns:${HERE}:events` },
    ]);
  });

  it('has a note for a policy template that is not known here', async () => {
    const { outcomes, notes } = await run(withFunction({ Policies: [{ RekognitionLabelsPolicy: {} }] }), {});
    expect(outcomes.FRole).toBe('created');
    expect(notes.FRole).toBe('not known here, so they grant nothing: RekognitionLabelsPolicy');
  });

  it('needs the parameters of a policy template', async () => {
    const template = withFunction({ Policies: [{ DynamoDBStreamReadPolicy: { TableName: 'rows' } }] });
    await expect(run(template, {})).rejects.toThrow(
      'Cannot read the template: F uses DynamoDBStreamReadPolicy without its parameters StreamName',
    );
  });

  // Source: aws/serverless-application-model, model/eventsources/pull.py.
  it('may poll for the events of the function', async () => {
    await run(
      withFunction({
        Policies: 'AWSLambdaRole',
        Events: {
          Work: { Type: 'SQS', Properties: { Queue: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
          News: { Type: 'SNS', Properties: { Topic: { Ref: 'Topic' }, SqsSubscription: true } },
        },
      }),
      {},
    );
    expect((await attached()).sort()).toEqual([
      'AWSLambdaBasicExecutionRole',
      'AWSLambdaRole',
      'AWSLambdaSQSQueueExecutionRole',
    ]);
  });
});
