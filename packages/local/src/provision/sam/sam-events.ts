import type { Fields, Resources } from './sam-resource.ts';
import { fieldsOf, invoked, isFields, withoutUndefined, withResource } from './sam-resource.ts';

interface EventRequest {
  /** `Ref` and ARN of what the event invokes. */
  readonly target: { readonly name: unknown; readonly arn: unknown };
  /** The function's id followed by the event's: the id of what is generated. */
  readonly id: string;
  readonly properties: Fields;
  /** The function's resource, whose condition counts. */
  readonly resource: Fields;
}

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

function permission({ id, target, resource }: EventRequest, principal: string, source: unknown, suffix = '') {
  return withResource(`${id}Permission${suffix}`, resource, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: target.name,
    Principal: principal,
    SourceArn: source,
  });
}

/** Queues, streams and brokers: an event source mapping with the event's own settings. */
function mapping({ id, target, properties, resource }: EventRequest): Resources {
  const { Queue, Stream, Broker, ...settings } = properties;
  return withResource(id, resource, 'AWS::Lambda::EventSourceMapping', {
    ...settings,
    EventSourceArn: Queue ?? Stream ?? Broker,
    FunctionName: target.name,
  });
}

/** A topic invokes the function, or fills a queue that feeds it (`SqsSubscription`). */
function topic(request: EventRequest): Resources {
  const { id, target, properties, resource } = request;
  const { Topic, SqsSubscription, ...settings } = properties;
  const subscribe = (Protocol: string, Endpoint: unknown) =>
    withResource(id, resource, 'AWS::SNS::Subscription', { ...settings, TopicArn: Topic, Protocol, Endpoint });
  if (SqsSubscription === undefined || SqsSubscription === false) {
    return { ...subscribe('lambda', target.arn), ...permission(request, 'sns.amazonaws.com', Topic) };
  }
  const given = fieldsOf(SqsSubscription);
  const isGiven = given.QueueArn !== undefined;
  const arn = isGiven ? given.QueueArn : arnOf(`${id}Queue`);
  const { BatchSize = 10, Enabled = true } = given;
  return {
    ...(isGiven ? {} : withResource(`${id}Queue`, resource, 'AWS::SQS::Queue', {})),
    ...withResource(`${id}QueuePolicy`, resource, 'AWS::SQS::QueuePolicy', {
      Queues: [isGiven ? given.QueueUrl : { Ref: `${id}Queue` }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: arn,
            Condition: { ArnEquals: { 'aws:SourceArn': Topic } },
          },
        ],
      },
    }),
    ...subscribe('sqs', arn),
    ...withResource(`${id}EventSourceMapping`, resource, 'AWS::Lambda::EventSourceMapping', {
      BatchSize,
      Enabled,
      EventSourceArn: arn,
      FunctionName: target.name,
    }),
  };
}

/** A rule of EventBridge, by schedule or by pattern. */
function rule(request: EventRequest): Resources {
  const { id, target, properties, resource } = request;
  const { Schedule, Pattern, Input, InputPath, Enabled, RetryPolicy, ...settings } = properties;
  const toFunction = { Id: `${id}LambdaTarget`, Arn: target.arn, Input, InputPath, RetryPolicy };
  return {
    ...withResource(id, resource, 'AWS::Events::Rule', {
      ...settings,
      ScheduleExpression: Schedule,
      EventPattern: Pattern,
      State: settings.State ?? (Enabled === undefined ? undefined : Enabled === false ? 'DISABLED' : 'ENABLED'),
      Targets: [withoutUndefined(toFunction)],
    }),
    ...permission(request, 'events.amazonaws.com', arnOf(id)),
  };
}

const RUN_BY_SCHEDULER = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: ['scheduler.amazonaws.com'] }, Action: ['sts:AssumeRole'] }],
};

/** A schedule of EventBridge Scheduler, with a role that may invoke the function. */
function schedule(request: EventRequest): Resources {
  const { id, target, properties, resource } = request;
  const { Input, RetryPolicy, DeadLetterConfig, RoleArn, PermissionsBoundary, OmitName, ...settings } = properties;
  const { Arn } = fieldsOf(DeadLetterConfig);
  const roleArn = RoleArn ?? arnOf(`${id}Role`);
  return {
    ...withResource(id, resource, 'AWS::Scheduler::Schedule', {
      FlexibleTimeWindow: { Mode: 'OFF' },
      ...(OmitName === true ? {} : { Name: id }),
      ...settings,
      Target: withoutUndefined({
        Arn: target.arn,
        RoleArn: roleArn,
        Input,
        RetryPolicy,
        DeadLetterConfig: Arn === undefined ? undefined : { Arn },
      }),
    }),
    ...(RoleArn === undefined
      ? withResource(`${id}Role`, resource, 'AWS::IAM::Role', {
          AssumeRolePolicyDocument: RUN_BY_SCHEDULER,
          PermissionsBoundary,
          Policies: [
            {
              PolicyName: `${id}LambdaPolicy`,
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: target.arn }],
              },
            },
          ],
        })
      : {}),
  };
}

/** A log group's events: a subscription filter. */
function logs(request: EventRequest): Resources {
  const { id, target, properties, resource } = request;
  const { LogGroupName, FilterPattern } = properties;
  const source = {
    'Fn::Sub': [
      `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${Group}:*`,
      { Group: LogGroupName },
    ],
  };
  return {
    ...withResource(id, resource, 'AWS::Logs::SubscriptionFilter', {
      LogGroupName,
      FilterPattern,
      DestinationArn: target.arn,
    }),
    ...permission(request, 'logs.amazonaws.com', source),
  };
}

/** The id of an API that an event names: `Ref` or text. */
const apiOf = (given: unknown, implicit: string) =>
  isFields(given) || given === undefined ? (given ?? { Ref: implicit }) : { Ref: given };

function api(request: EventRequest, ref: unknown, path: string, suffix: string): Resources {
  const source = {
    'Fn::Sub': [
      `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*/${path}`,
      { Api: ref },
    ],
  };
  return permission(request, 'apigateway.amazonaws.com', source, suffix);
}

function rest(request: EventRequest): Resources {
  const { Path = '/', Method = 'any', RestApiId } = request.properties;
  const method = String(Method).toLowerCase() === 'any' ? '*' : String(Method).toUpperCase();
  return api(
    request,
    apiOf(RestApiId, 'ServerlessRestApi'),
    `${method}${String(Path).replace(/\{[^}]*\}/g, '*')}`,
    'Prod',
  );
}

function http(request: EventRequest): Resources {
  const { Path, Method, ApiId } = request.properties;
  const path =
    Path === undefined
      ? '$default'
      : `${String(Method ?? '*').toLowerCase() === 'any' ? '*' : String(Method ?? '*').toUpperCase()}${String(Path).replace(/\{[^}]*\}/g, '*')}`;
  return api(request, apiOf(ApiId, 'ServerlessHttpApi'), path, '');
}

/** The notification itself is in the bucket. */
function bucket({ id, target, resource }: EventRequest): Resources {
  return withResource(`${id}Permission`, resource, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: target.name,
    Principal: 's3.amazonaws.com',
    SourceAccount: { Ref: 'AWS::AccountId' },
  });
}

const EVENTS: Readonly<Record<string, (request: EventRequest) => Resources>> = {
  Api: rest,
  CloudWatchEvent: rule,
  CloudWatchLogs: logs,
  DynamoDB: mapping,
  EventBridgeRule: rule,
  HttpApi: http,
  Kinesis: mapping,
  MQ: mapping,
  MSK: mapping,
  S3: bucket,
  SNS: topic,
  SQS: mapping,
  Schedule: rule,
  ScheduleV2: schedule,
};

/**
 * The resources of one event of a function. An event of another type is listed as
 * `AWS::Serverless::Event::TYPE`.
 */
export function expandEvent(functionId: string, name: string, event: Fields, resource: Fields): Resources {
  const id = `${functionId}${name}`;
  const type = String(event.Type);
  const properties = fieldsOf(event.Properties);
  const expand = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
  if (expand === undefined) return withResource(id, resource, `AWS::Serverless::Event::${type}`, properties);
  return expand({ target: invoked(functionId, resource), id, properties, resource });
}
