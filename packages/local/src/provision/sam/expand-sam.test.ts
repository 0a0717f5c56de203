// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import { describe, expect, it } from 'vitest';
import { useEndpoint } from '../fixtures/use-endpoint.ts';

const { run } = useEndpoint();

const TEMPLATE = `
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs22.x
    Timeout: 10
    Environment:
      Variables:
        STAGE: dev
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: dist/
      Handler: orders.handler
      Timeout: 30
      AutoPublishAlias: live
      Environment:
        Variables:
          TABLE: !Ref Table
      Events:
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 5
        News:
          Type: SNS
          Properties:
            Topic: !Ref Topic
            FilterPolicy: { kind: [placed] }
            SqsSubscription: true
        Get:
          Type: HttpApi
          Properties: { Path: "/orders/{id}", Method: get }
        Rest:
          Type: Api
          Properties: { Path: /orders, Method: post }
        Nightly:
          Type: Schedule
          Properties: { Schedule: rate(1 day) }
        Uploaded:
          Type: S3
          Properties: { Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*" }
        Mail:
          Type: Cognito
          Properties: { Trigger: PreSignUp }
  Table:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PrimaryKey: { Name: pk, Type: Number }
  Queue: { Type: AWS::SQS::Queue }
  Topic: { Type: AWS::SNS::Topic }
  Bucket: { Type: AWS::S3::Bucket }
  Link: { Type: AWS::Serverless::Connector }
`;

// Source: the SAM developer guide, "Generated CloudFormation resources".
describe('a SAM template', () => {
  it('is expanded to functions, roles, tables, APIs and what events need', async () => {
    const { stack, outcomes } = await run(TEMPLATE, {});
    const byId = Object.fromEntries(stack.resources.map((resource) => [resource.logicalId, resource]));
    const types = Object.fromEntries(
      stack.resources.map(({ logicalId, type }) => [logicalId.replace(/[0-9a-f]{10}$/, ''), type]),
    );
    expect(types).toEqual({
      ServerlessRestApi: 'AWS::ApiGateway::RestApi',
      ServerlessRestApiDeployment: 'AWS::ApiGateway::Deployment',
      ServerlessRestApiProdStage: 'AWS::ApiGateway::Stage',
      ServerlessHttpApi: 'AWS::ApiGatewayV2::Api',
      ServerlessHttpApiApiGatewayDefaultStage: 'AWS::ApiGatewayV2::Stage',
      Orders: 'AWS::Lambda::Function',
      OrdersRole: 'AWS::IAM::Role',
      OrdersVersion: 'AWS::Lambda::Version',
      OrdersAliaslive: 'AWS::Lambda::Alias',
      OrdersWork: 'AWS::Lambda::EventSourceMapping',
      OrdersNewsQueue: 'AWS::SQS::Queue',
      OrdersNewsQueuePolicy: 'AWS::SQS::QueuePolicy',
      OrdersNews: 'AWS::SNS::Subscription',
      OrdersNewsEventSourceMapping: 'AWS::Lambda::EventSourceMapping',
      OrdersGetPermission: 'AWS::Lambda::Permission',
      OrdersRestPermissionProd: 'AWS::Lambda::Permission',
      OrdersNightly: 'AWS::Events::Rule',
      OrdersNightlyPermission: 'AWS::Lambda::Permission',
      OrdersUploadedPermission: 'AWS::Lambda::Permission',
      OrdersMail: 'AWS::Serverless::Event::Cognito',
      Table: 'AWS::DynamoDB::Table',
      Queue: 'AWS::SQS::Queue',
      Topic: 'AWS::SNS::Topic',
      Bucket: 'AWS::S3::Bucket',
      Link: 'AWS::Serverless::Connector',
    });
    expect(byId.Orders?.properties).toMatchObject({
      Runtime: 'nodejs22.x',
      Timeout: 30,
      Environment: { Variables: { STAGE: 'dev', TABLE: 'local-Table' } },
      Role: 'arn:aws:iam::123456789012:role/local-OrdersRole',
    });
    expect(byId.OrdersWork?.properties).toEqual({
      BatchSize: 5,
      EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:local-Queue',
      FunctionName: 'arn:aws:lambda:eu-west-1:123456789012:function:local-Orders:live',
    });
    expect(byId.Table?.properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
    });
    expect(outcomes).toMatchObject({
      Table: 'created',
      OrdersNews: 'created',
      OrdersNewsQueue: 'created',
      Link: 'listed',
    });
  });

  it('subscribes functions to topics directly', async () => {
    const { stack } = await run(
      {
        Transform: ['AWS::Serverless-2016-10-31'],
        Resources: {
          Topic: { Type: 'AWS::SNS::Topic' },
          F: {
            Type: 'AWS::Serverless::Function',
            Properties: {
              Role: 'arn:aws:iam::123456789012:role/r',
              Events: { News: { Type: 'SNS', Properties: { Topic: { Ref: 'Topic' } } } },
            },
          },
        },
      },
      {},
    );
    const found = stack.resources.find(({ logicalId }) => logicalId === 'FNews');
    expect([found?.created, found?.properties]).toEqual([
      true,
      {
        TopicArn: 'arn:aws:sns:eu-west-1:123456789012:local-Topic',
        Protocol: 'lambda',
        Endpoint: 'arn:aws:lambda:eu-west-1:123456789012:function:local-F',
      },
    ]);
  });

  it('gives names to the parts of its resources', async () => {
    const { stack } = await run(
      {
        Transform: 'AWS::Serverless-2016-10-31',
        Resources: {
          F: {
            Type: 'AWS::Serverless::Function',
            Properties: { AutoPublishAlias: 'live', InlineCode: '', Role: 'arn:aws:iam::123456789012:role/r' },
          },
          Rest: { Type: 'AWS::Serverless::Api', Properties: { StageName: 'dev', DefinitionBody: {} } },
        },
        Outputs: {
          Alias: { Value: { Ref: 'F.Alias' } },
          Version: { Value: { 'Fn::GetAtt': ['F.Version', 'Version'] } },
          Dotted: { Value: { 'Fn::GetAtt': 'F.Version.Version' } },
          Text: { Value: { 'Fn::Sub': 'https://${Rest}.example/${Rest.Stage}/${F.Version.Version}' } },
        },
      },
      {},
    );
    expect(stack.outputs).toEqual({
      Alias: 'arn:aws:lambda:eu-west-1:123456789012:function:local-F:live',
      Version: '1',
      Dotted: '1',
      Text: expect.stringMatching(/^https:\/\/[0-9a-z]{10}\.example\/dev\/1$/),
    });
  });

  it('expands events of schedules, log groups and brokers', async () => {
    const { stack } = await run(
      {
        Transform: 'AWS::Serverless-2016-10-31',
        Resources: {
          F: {
            Type: 'AWS::Serverless::Function',
            Properties: {
              Role: 'arn:aws:iam::123456789012:role/r',
              Events: {
                Nightly: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'rate(1 day)', Input: '{}' } },
                Logs: { Type: 'CloudWatchLogs', Properties: { LogGroupName: 'g', FilterPattern: 'ERROR' } },
                Kafka: {
                  Type: 'MSK',
                  Properties: { Stream: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1', Topics: ['t'] },
                },
              },
            },
          },
        },
      },
      {},
    );
    const fn = 'arn:aws:lambda:eu-west-1:123456789012:function:local-F';
    const byId = Object.fromEntries(
      stack.resources.map(({ logicalId, type, properties }) => [logicalId, { type, properties }]),
    );
    expect(byId).toMatchObject({
      FNightly: {
        type: 'AWS::Scheduler::Schedule',
        properties: {
          Name: 'FNightly',
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: fn, RoleArn: 'arn:aws:iam::123456789012:role/local-FNightlyRole', Input: '{}' },
        },
      },
      FNightlyRole: { type: 'AWS::IAM::Role' },
      FLogs: {
        type: 'AWS::Logs::SubscriptionFilter',
        properties: { LogGroupName: 'g', FilterPattern: 'ERROR', DestinationArn: fn },
      },
      FLogsPermission: { type: 'AWS::Lambda::Permission' },
      FKafka: {
        type: 'AWS::Lambda::EventSourceMapping',
        properties: { EventSourceArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1', Topics: ['t'] },
      },
    });
  });
});
