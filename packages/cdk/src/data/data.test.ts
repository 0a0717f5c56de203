import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { defineApp, filtered, queue, topic } from 'twelvefold';
import type { Manifest, ManifestResource } from 'twelvefold/manifest';
import { buildManifest } from 'twelvefold/manifest';
import { describe, expect, it } from 'vitest';
import { shop, shopManifest } from '../testing/shop-manifest.fixture.ts';
import { ofType, resourceOf, shopProps, sub, synthesize } from '../testing/synthesize.fixture.ts';
import type { Kinds } from './add-resources.ts';

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
      // By name: the source refers to this queue.
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [sub('arn:{AWS::Partition}:sqs:{AWS::Region}:{AWS::AccountId}:shop-{Stage}-carts')],
      },
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
    expect(properties('CartEventsTopic')).toEqual({
      TopicName: sub('shop-{Stage}-cart-events'),
      KmsMasterKeyId: 'alias/aws/sns',
    });
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
  const { schema } = shop.backing.cartEvents;
  const cartEvents = topic('cart-events', { schema, fifo: true, filters: ['kind'], maxBytes: 1_048_576 });
  const mails = queue('mails', {
    schema,
    fifo: true,
    subscribe: [filtered(cartEvents, { kind: ['closed', { prefix: 'a' }] })],
  });
  const ordered = defineApp({ name: 'shop', backing: { ...shop.backing, cartEvents, mails } });
  const { resources } = buildManifest(ordered, {});
  const inOrder = synthesize({ ...shopProps, manifest: { ...shopManifest, resources } });

  it('is kept per group by queues and topics, with the filter of a subscription', () => {
    expect(resourceOf(inOrder, 'MailsQueue').Properties).toMatchObject({
      QueueName: sub('shop-{Stage}-mails.fifo'),
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      RedrivePolicy: { deadLetterTargetArn: getArn('MailsDeadLetterQueue') },
    });
    expect(resourceOf(inOrder, 'MailsDeadLetterQueue').Properties).toMatchObject({ FifoQueue: true });
    expect(resourceOf(inOrder, 'CartEventsTopic').Properties).toEqual({
      TopicName: sub('shop-{Stage}-cart-events.fifo'),
      KmsMasterKeyId: 'alias/aws/sns',
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

  it('is not a reason to lose what SNS cannot deliver', () => {
    expect(resourceOf(inOrder, 'MailsCartEventsSubscription').Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: getArn('MailsDeadLetterQueue'),
    });
    expect(resourceOf(inOrder, 'MailsDeadLetterQueuePolicy').Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Sid: 'TlsOnly' },
        {
          Sid: 'CartEventsMaySend',
          Resource: getArn('MailsDeadLetterQueue'),
          Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'CartEventsTopic' } } },
        },
      ],
    });
    const { sourceQueueArns } = resourceOf(inOrder, 'MailsDeadLetterQueue').Properties.RedriveAllowPolicy as Readonly<
      Record<string, unknown>
    >; // SQS's shape
    expect(JSON.stringify(sourceQueueArns)).toMatch(/:shop-\$\{Stage\}-mails\.fifo"/);
  });
});

describe('a kind that the manifest does not make', () => {
  const search: ManifestResource = {
    key: 'search',
    kind: 'search',
    driver: 'opensearch',
    physicalName: 'shop-{stage}-search',
    binding: { env: 'TWELVEFOLD_SEARCH_URL', parameter: '/shop/{stage}/bindings/search', value: 'url' },
    details: { shards: 2 },
    modules: [],
  };
  const [http, ...others] = shopManifest.components;
  const grants = [{ resource: 'search', actions: ['es:ESHttpGet'] }];
  const manifest: Manifest = {
    ...shopManifest,
    components: [{ ...http, grants, uses: ['search'] }, ...others],
    resources: [...shopManifest.resources, search],
  };

  it('is made by its handler, which gets the details and gives ARNs and a binding', () => {
    const kinds: Kinds = {
      search: (scope, { details }) => {
        const resource = new CfnResource(scope, 'Search', {
          type: 'AWS::OpenSearchService::Domain',
          properties: { ClusterConfig: { InstanceCount: details.shards } },
        });
        return { resource, arns: ['arn:aws:es:::one', 'arn:aws:es:::one/*'], binding: 'https://search.test' };
      },
    };
    const made = synthesize({ ...shopProps, manifest, kinds });
    expect(ofType(made, 'AWS::OpenSearchService::Domain')).toHaveLength(1);
    expect(resourceOf(made, 'SearchBinding').Properties.Value).toBe('https://search.test');
    expect(JSON.stringify(resourceOf(made, 'HttpFunctionRole'))).toContain(
      '"Action":["es:ESHttpGet"],"Resource":["arn:aws:es:::one","arn:aws:es:::one/*"]',
    );
    expect(resourceOf(made, 'HttpFunction').Properties).toMatchObject({
      Environment: { Variables: { TWELVEFOLD_SEARCH_URL: 'https://search.test' } },
    });
  });

  it('is refused without a handler, and a handler that gives too little too', () => {
    expect(() => synthesize({ ...shopProps, manifest })).toThrow(
      /'search' has no cloudFormation: pass a handler for its kind, kinds: \{ search: \.\.\. \}/,
    );
    expect(() => synthesize({ ...shopProps, manifest, kinds: { search: () => ({}) } })).toThrow(
      "Cannot add the resource 'search': kinds.search returned no arns and no binding",
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
});
