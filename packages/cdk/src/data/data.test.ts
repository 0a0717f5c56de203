import { RemovalPolicy } from 'aws-cdk-lib';
import type { Manifest } from 'twelvefold/manifest';
import { describe, expect, it } from 'vitest';
import { shopManifest } from '../testing/shop-manifest.fixture.ts';
import { ofType, resourceOf, shopProps, sub, synthesize } from '../testing/synthesize.fixture.ts';

const template = synthesize();
const properties = (logicalId: string) => resourceOf(template, logicalId).Properties;
const getArn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

describe('queues', () => {
  it('are as the manifest says, encrypted, with a dead-letter queue of their own', () => {
    expect(ofType(template, 'AWS::SQS::Queue')).toEqual(['CartsQueue', 'CartsDeadLetterQueue', 'MailsQueue']);
    expect(properties('CartsQueue')).toEqual({
      QueueName: sub('shop-{Stage}-carts'),
      VisibilityTimeout: 90,
      MessageRetentionPeriod: 345_600,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: getArn('CartsDeadLetterQueue'), maxReceiveCount: 5 },
    });
    expect(properties('CartsDeadLetterQueue')).toEqual({
      QueueName: sub('shop-{Stage}-carts-dead-letter'),
      VisibilityTimeout: 30,
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    });
  });

  it('take TLS only, and messages of exactly the topics that they subscribe to', () => {
    expect(ofType(template, 'AWS::SQS::QueuePolicy')).toHaveLength(3);
    const tlsOnly = (logicalId: string) => ({
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sqs:*',
      Resource: getArn(logicalId),
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    expect(properties('CartsQueuePolicy')).toEqual({
      Queues: [{ Ref: 'CartsQueue' }],
      PolicyDocument: { Version: '2012-10-17', Statement: [tlsOnly('CartsQueue')] },
    });
    expect(properties('MailsQueuePolicy')).toEqual({
      Queues: [{ Ref: 'MailsQueue' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          tlsOnly('MailsQueue'),
          {
            Sid: 'CartEventsMaySend',
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: getArn('MailsQueue'),
            Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'CartEventsTopic' } } },
          },
        ],
      },
    });
  });
});

describe('topics', () => {
  it('have the names of the manifest and take TLS only', () => {
    expect(properties('CartEventsTopic')).toEqual({ TopicName: sub('shop-{Stage}-cart-events') });
    expect(properties('CartEventsTopicPolicy')).toMatchObject({
      Topics: [{ Ref: 'CartEventsTopic' }],
      PolicyDocument: { Statement: [{ Effect: 'Deny', Action: 'sns:Publish', Resource: { Ref: 'CartEventsTopic' } }] },
    });
  });

  it('deliver raw to the queues that subscribe, once their policies are there', () => {
    expect(ofType(template, 'AWS::SNS::Subscription')).toEqual(['MailsCartEventsSubscription']);
    expect(resourceOf(template, 'MailsCartEventsSubscription')).toEqual({
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'CartEventsTopic' },
        Protocol: 'sqs',
        Endpoint: getArn('MailsQueue'),
        RawMessageDelivery: true,
      },
      DependsOn: ['MailsQueuePolicy'],
    });
  });
});

describe('order', () => {
  const { resources } = shopManifest;
  const ordered = resources.map((resource) => {
    const physicalName = `${resource.physicalName}.fifo`;
    if (resource.key === 'mails') {
      return {
        ...resource,
        physicalName,
        fifo: true as const,
        filters: { cartEvents: { kind: ['closed', { prefix: 'a' }] } },
      };
    }
    return resource.key === 'cartEvents'
      ? { ...resource, physicalName, fifo: true as const, maxMessageBytes: 1_048_576 }
      : resource;
  });
  const inOrder = synthesize({ ...shopProps, manifest: { ...shopManifest, resources: ordered } });

  it('is kept per group by queues and topics, with what passes of a topic', () => {
    expect(resourceOf(inOrder, 'MailsQueue').Properties).toMatchObject({
      QueueName: sub('shop-{Stage}-mails.fifo'),
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
    expect(resourceOf(inOrder, 'CartEventsTopic').Properties).toEqual({
      TopicName: sub('shop-{Stage}-cart-events.fifo'),
      FifoTopic: true,
      FifoThroughputScope: 'MessageGroup',
      MaximumMessageSize: 1_048_576,
    });
    expect(resourceOf(inOrder, 'MailsCartEventsSubscription').Properties).toMatchObject({
      FilterPolicy: { kind: ['closed', { prefix: 'a' }] },
      FilterPolicyScope: 'MessageAttributes',
      RawMessageDelivery: true,
    });
  });

  it('ends nowhere on the way: faults are told before anything is made', () => {
    const only = (key: string) =>
      resources.map((resource) => ordered.find((one) => one.key === key && key === resource.key) ?? resource);
    const faults = (key: string) => () =>
      synthesize({ ...shopProps, manifest: { ...shopManifest, resources: only(key) } });
    expect(faults('mails')).toThrow(/'mails' keeps order and subscribes to 'cartEvents', which does not/);
    expect(faults('cartEvents')).not.toThrow(); // a standard queue may do without the order
    const misnamed = resources.map((one) => (one.key === 'audit' ? { ...one, fifo: true as const } : one));
    const manifest = { ...shopManifest, resources: misnamed } as Manifest;
    expect(() => synthesize({ ...shopProps, manifest })).toThrow(/'audit' keeps order, so its name must end in .fifo/);
    const unsent = resources.map((one) => (one.key === 'carts' ? { ...one, filters: { audit: { a: ['b'] } } } : one));
    expect(() => synthesize({ ...shopProps, manifest: { ...shopManifest, resources: unsent } as Manifest })).toThrow(
      /'carts' filters 'audit', which it does not subscribe to/,
    );
  });
});

describe('tables', () => {
  it('are billed per request, encrypted, recoverable, and outlive the stack', () => {
    expect(resourceOf(template, 'RowsTable')).toEqual({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: sub('shop-{Stage}-rows'),
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'cartId', AttributeType: 'S' },
          { AttributeName: 'line', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'cartId', KeyType: 'HASH' },
          { AttributeName: 'line', KeyType: 'RANGE' },
        ],
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('expire rows by the attribute of the manifest', () => {
    expect(properties('SessionsTable')).toMatchObject({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('go with the stack, like secrets, when asked to', () => {
    const gone = synthesize({ ...shopProps, removalPolicy: RemovalPolicy.DESTROY });
    for (const logicalId of ['RowsTable', 'SessionsTable', 'PaymentsApiKeySecret']) {
      expect(resourceOf(gone, logicalId).DeletionPolicy).toBe('Delete');
    }
  });
});

describe('parameters and secrets', () => {
  it('bind every resource under the name that the runtime asks for', () => {
    const bindings = Object.entries(template.Resources).filter(([logicalId]) => logicalId.endsWith('Binding'));
    const values = bindings.map(([, { Properties }]) => [Properties.Name, Properties.Type, Properties.Value]);
    const name = (key: string) => sub(`/shop/{Stage}/bindings/${key}`);
    expect(values).toEqual([
      [name('carts'), 'String', { Ref: 'CartsQueue' }],
      [name('cartsDeadLetter'), 'String', { Ref: 'CartsDeadLetterQueue' }],
      [name('mails'), 'String', { Ref: 'MailsQueue' }],
      [name('cartEvents'), 'String', { Ref: 'CartEventsTopic' }],
      [name('audit'), 'String', { Ref: 'AuditTopic' }],
      [name('rows'), 'String', { Ref: 'RowsTable' }],
      [name('sessions'), 'String', { Ref: 'SessionsTable' }],
    ]);
  });

  it('own the defaults and no other value: a parameter in a template needs one', () => {
    const config = ofType(template, 'AWS::SSM::Parameter').filter((logicalId) => !logicalId.endsWith('Binding'));
    expect(config).toEqual(['PricingTaxRateParameter']);
    expect(properties('PricingTaxRateParameter')).toMatchObject({
      Name: sub('/shop/{Stage}/pricing/taxRate'),
      Type: 'String',
      Value: '0.19',
    });
  });

  it('make secrets without a value', () => {
    expect(resourceOf(template, 'PaymentsApiKeySecret')).toEqual({
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: sub('shop/{Stage}/payments/apiKey'),
        Description: 'payments.apiKey; its value is pushed, not kept in the stack',
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('write the binding that the manifest asks for', () => {
    const [carts, ...others] = shopProps.manifest.resources;
    if (carts?.kind !== 'queue') throw new Error('the fixture begins with a queue');
    const asArn = { ...carts, binding: { ...carts.binding, env: 'TWELVEFOLD_CARTS_ARN', value: 'arn' as const } };
    const changed = synthesize({ ...shopProps, manifest: { ...shopProps.manifest, resources: [asArn, ...others] } });
    expect(resourceOf(changed, 'CartsBinding').Properties.Value).toEqual(getArn('CartsQueue'));
    expect(resourceOf(changed, 'HttpFunction').Properties).toMatchObject({
      Environment: { Variables: { TWELVEFOLD_CARTS_ARN: getArn('CartsQueue') } },
    });
  });
});
