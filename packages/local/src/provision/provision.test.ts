import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ordersTemplate, useEndpoint } from './fixtures/use-endpoint.ts';

const { aws, clientOptions, run } = useEndpoint();

let dynamodb: DynamoDBClient;
let secrets: SecretsManagerClient;
let sns: SNSClient;
let sqs: SQSClient;
let ssm: SSMClient;
beforeAll(() => {
  dynamodb = new DynamoDBClient(clientOptions());
  secrets = new SecretsManagerClient(clientOptions());
  sns = new SNSClient(clientOptions());
  sqs = new SQSClient(clientOptions());
  ssm = new SSMClient(clientOptions());
});
afterAll(() => {
  dynamodb.destroy();
  secrets.destroy();
  sns.destroy();
  sqs.destroy();
  ssm.destroy();
});

const attributes = async (QueueUrl: string) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
const parameter = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
const push = (Name: string, Value: string) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
const secret = async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;

describe('the template of an app', () => {
  it('comes to be', async () => {
    const { stack, outcomes, physicalId } = await run();
    expect(Object.keys(outcomes)).not.toContain('Alarm');
    expect(stack.outputs).toEqual({
      OrdersQueueUrl: `${aws().url}/123456789012/orders-dev-orders`,
      OrdersQueueArn: 'arn:aws:sqs:eu-west-1:123456789012:orders-dev-orders',
      TableArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders-dev-orders',
      Where: 'aws/eu-west-1/123456789012/local',
      Days: '1',
    });
    const queue = await attributes(physicalId('OrdersQueue'));
    expect(queue.VisibilityTimeout).toBe('60');
    const redrive = JSON.parse(queue.RedrivePolicy ?? '{}');
    expect([redrive.deadLetterTargetArn, String(redrive.maxReceiveCount)]).toEqual([
      'arn:aws:sqs:eu-west-1:123456789012:orders-dev-orders-dlq',
      '5',
    ]);
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'orders-dev-orders' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: [{ IndexName: 'byCustomer', IndexStatus: 'ACTIVE' }],
    });
    const ttl = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: 'orders-dev-orders' }));
    expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt' });
    const backups = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: 'orders-dev-orders' }));
    expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
      PointInTimeRecoveryStatus: 'ENABLED',
    });
    expect(await parameter('/orders/dev/bindings/orders')).toBe(physicalId('OrdersQueue'));
    expect(await parameter('/orders/dev/pricing/taxRate')).toBe('0.19');
    const generated = JSON.parse((await secret('orders/dev/database')) ?? '');
    expect(generated).toEqual({ user: 'orders', password: expect.stringMatching(/^[A-Za-z0-9]{24}$/) });
  });

  it('carries a message from the topic to the queue that subscribes', async () => {
    const { physicalId } = await run();
    await sns.send(new PublishCommand({ TopicArn: physicalId('EventsTopic'), Message: 'placed' }));
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: physicalId('Notifications'), WaitTimeSeconds: 5 }),
    );
    expect(Messages?.map(({ Body }) => Body)).toEqual(['placed']);
  });

  it('lists what is not created, in the order of the template, with what it would be given', async () => {
    const { stack, outcomes } = await run();
    expect(stack.resources.map(({ logicalId }) => logicalId)).toEqual(
      Object.keys(ordersTemplate().Resources).filter((id) => id !== 'Alarm'),
    );
    const listed = stack.resources.filter(({ created }) => !created);
    expect(listed.map(({ logicalId }) => logicalId)).toEqual(['OrdersFunction', 'OrdersMapping', 'Service']);
    for (const { logicalId } of listed) expect(outcomes[logicalId]).toBe('listed');
    const byId = Object.fromEntries(stack.resources.map((resource) => [resource.logicalId, resource]));
    expect(byId.OrdersFunction).toMatchObject({
      physicalId: 'orders-dev-orders',
      metadata: { 'twelvefold:entry': 'lambda/orders.js', 'twelvefold:component': 'orders' },
      properties: {
        Handler: 'orders.handler',
        Role: 'arn:aws:iam::123456789012:role/orders-dev-orders',
        Environment: {
          Variables: {
            TWELVEFOLD_STAGE: 'dev',
            TWELVEFOLD_ORDERS_URL: `${aws().url}/123456789012/orders-dev-orders`,
            TWELVEFOLD_EVENTS_ARN: 'arn:aws:sns:eu-west-1:123456789012:orders-dev-order-events',
          },
        },
      },
    });
    expect(byId.OrdersFunction?.properties).not.toHaveProperty('Environment.Variables.ONLY_IN_PROD');
    expect(byId.OrdersMapping?.properties).toEqual({
      EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:orders-dev-orders',
      FunctionName: 'orders-dev-orders',
      BatchSize: 10,
    });
    expect(byId.Service?.physicalId).toBe('arn:aws:ecs:eu-west-1:123456789012:task-definition/orders-dev:1');
    expect(byId.Service?.properties).toHaveProperty(
      'ContainerDefinitions.0.Secrets.0.ValueFrom',
      byId.PaymentsKey?.physicalId,
    );
    expect(stack.resolve({ a: [{ 'Fn::GetAtt': ['OrdersFunction', 'Arn'] }], b: { Ref: 'Stage' } })).toEqual({
      a: ['arn:aws:lambda:eu-west-1:123456789012:function:orders-dev-orders'],
      b: 'dev',
    });
    expect(() => stack.resolve({ Ref: 'Gone' })).toThrow(/Cannot resolve Ref in the value: Gone/);
  });

  it('stays as it is the second time: nothing is written', async () => {
    const first = await run();
    aws().clearCalls();
    const second = await run();
    expect(new Set(Object.values(second.outcomes))).toEqual(new Set(['unchanged', 'listed']));
    expect(second.stack.resources).toEqual(first.stack.resources);
    const written = aws()
      .calls()
      .filter(({ operation }) => !/^(Get|List|Describe)/.test(operation));
    expect(written).toEqual([]);
    expect(aws().calls().length).toBeGreaterThan(10);
  });

  it('stands beside another stage of itself', async () => {
    await run();
    const dev = await attributes(`${aws().url}/123456789012/orders-dev-orders`);
    const prod = await run(ordersTemplate(), { Stage: 'prod', MaxReceives: '3' });
    expect(prod.stack.outputs).toMatchObject({ Days: '14', AlarmName: 'orders' });
    expect(prod.stack.resources.find(({ logicalId }) => logicalId === 'OrdersFunction')?.properties).toHaveProperty(
      'Environment.Variables.ONLY_IN_PROD',
      'yes',
    );
    expect(Object.values(prod.outcomes)).not.toContain('unchanged');
    expect(await attributes(`${aws().url}/123456789012/orders-dev-orders`)).toEqual(dev);
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
    expect(QueueUrls).toHaveLength(6);
  });

  it('is made to match again where it has changed', async () => {
    await run();
    const changed = ordersTemplate();
    changed.Resources.OrdersQueue.Properties.VisibilityTimeout = 90;
    changed.Resources.EventsTopic.Properties.DisplayName = 'Orders';
    changed.Resources.NotificationsSubscription.Properties.RawMessageDelivery = false;
    changed.Resources.TaxRate.Properties.Value = '0.2';
    changed.Resources.PaymentsKey.Properties.Description = 'Another';
    changed.Resources.Table.Properties.AttributeDefinitions.push({ AttributeName: 'status', AttributeType: 'S' });
    changed.Resources.Table.Properties.GlobalSecondaryIndexes.push({
      IndexName: 'byStatus',
      KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    });
    const { outcomes, physicalId } = await run(changed);
    const updated = Object.keys(outcomes).filter((id) => outcomes[id] === 'updated');
    expect(updated.sort()).toEqual([
      'EventsTopic',
      'NotificationsSubscription',
      'OrdersQueue',
      'PaymentsKey',
      'Table',
      'TaxRate',
    ]);
    expect((await attributes(physicalId('OrdersQueue'))).VisibilityTimeout).toBe('90');
    expect(await parameter('/orders/dev/pricing/taxRate')).toBe('0.2');
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'orders-dev-orders' }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual(['byCustomer', 'byStatus']);
    const again = await run(changed);
    expect(new Set(Object.values(again.outcomes))).toEqual(new Set(['unchanged', 'listed']));
  });

  it('leaves alone what it does not hold', async () => {
    await sqs.send(new CreateQueueCommand({ QueueName: 'orders-dev-other', Attributes: { DelaySeconds: '7' } }));
    await push('/orders/dev/other', 'mine');
    const before = await ssm.send(new DescribeParametersCommand({}));
    await run();
    expect((await attributes(`${aws().url}/123456789012/orders-dev-other`)).DelaySeconds).toBe('7');
    const after = await ssm.send(new DescribeParametersCommand({}));
    const other = (list: typeof before) => list.Parameters?.find(({ Name }) => Name === '/orders/dev/other');
    expect(other(after)).toEqual(other(before));
  });
});
