/**
 * A value's text. `{name}` is the physical name, `{id}`, `{rootId}`, `{id16}`, `{id17}` and
 * `{uuid}` are generated ids, `{arn}` the type's ARN, `{Property}` or `{Property=default}` a
 * property. An ARN is written without `arn:partition:`.
 */
export type Form = string | ((property: Lookup) => string);

/** A property's text. Throws for a value that is not known. */
type Lookup = (name: string) => string | undefined;

interface ListedType {
  readonly ref: Form;
  readonly arn?: Form;
  readonly attributes?: Readonly<Record<string, Form>>;
}

const here = (service: string, resource: string) => `${service}:{region}:{account}:${resource}`;

/** A type whose `Ref` is its name. */
const named = (service: string, resource: string, attributes: Readonly<Record<string, Form>> = {}): ListedType => ({
  ref: '{name}',
  arn: here(service, resource),
  attributes,
});

/** A type whose `Ref` is its ARN. */
const byArn = (arn: Form, attributes: Readonly<Record<string, Form>> = {}): ListedType => ({
  ref: arn,
  arn,
  attributes,
});

const generated = (ref: Form, attributes: Readonly<Record<string, Form>> = {}): ListedType => ({ ref, attributes });

const BALANCERS: Readonly<Record<string, string>> = { network: 'net', gateway: 'gwy' };
const balancer = (property: Lookup) => `${BALANCERS[property('Type') ?? ''] ?? 'app'}/{name}/{id16}`;
const balancerName = (property: Lookup) =>
  `${property('Scheme') === 'internal' ? 'internal-' : ''}{name}-{id}.{region}.elb.{suffix}`;

/** Lambda takes a function's name, its ARN, or its ARN without the prefix. */
const functionArn = (property: Lookup) =>
  property('FunctionName')?.startsWith('arn:') ? '{FunctionName}' : here('lambda', 'function:{FunctionName}');

const rule = (property: Lookup) => {
  const bus = property('EventBusName') ?? 'default';
  return bus === 'default' ? '{name}' : `${bus.split('/').at(-1)}/{name}`;
};

/** ECS takes a cluster's name or ARN. */
const service = (property: Lookup) => `${(property('Cluster') ?? 'default').split('/').at(-1)}/{name}`;

/**
 * `Ref` and `Fn::GetAtt` of types that are not created, by the "Return values" of the
 * CloudFormation template reference. What is missing here is not known and refused where it is
 * used.
 */
export const LISTED_TYPES: Readonly<Record<string, ListedType>> = {
  'AWS::ApiGateway::Deployment': generated('{id}', { DeploymentId: '{id}' }),
  'AWS::ApiGateway::Resource': generated('{id}', { ResourceId: '{id}' }),
  'AWS::ApiGateway::RestApi': generated('{id}', { RestApiId: '{id}', RootResourceId: '{rootId}' }),
  'AWS::ApiGateway::Stage': generated('{StageName}'),
  'AWS::ApiGatewayV2::Api': generated('{id}', {
    ApiId: '{id}',
    ApiEndpoint: 'https://{id}.execute-api.{region}.{suffix}',
  }),
  'AWS::ApiGatewayV2::Integration': generated('{id}'),
  'AWS::ApiGatewayV2::Route': generated('{id}'),
  'AWS::ApiGatewayV2::Stage': generated('{StageName}'),
  'AWS::CertificateManager::Certificate': byArn(here('acm', 'certificate/{uuid}')),
  'AWS::CloudWatch::Alarm': named('cloudwatch', 'alarm:{name}'),
  'AWS::EC2::SecurityGroup': generated('sg-{id17}', { GroupId: 'sg-{id17}', VpcId: '{VpcId}' }),
  'AWS::EC2::Subnet': generated('subnet-{id17}', {
    SubnetId: 'subnet-{id17}',
    AvailabilityZone: '{AvailabilityZone}',
    CidrBlock: '{CidrBlock}',
    VpcId: '{VpcId}',
  }),
  'AWS::EC2::VPC': generated('vpc-{id17}', { VpcId: 'vpc-{id17}', CidrBlock: '{CidrBlock}' }),
  'AWS::ECR::Repository': named('ecr', 'repository/{name}', {
    RepositoryUri: '{account}.dkr.ecr.{region}.{suffix}/{name}',
  }),
  'AWS::ECS::Cluster': named('ecs', 'cluster/{name}'),
  'AWS::ECS::Service': byArn((property) => here('ecs', `service/${service(property)}`), {
    Name: '{name}',
    ServiceArn: '{arn}',
  }),
  'AWS::ECS::TaskDefinition': byArn(here('ecs', 'task-definition/{name}:1'), { TaskDefinitionArn: '{arn}' }),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': byArn(
    (property) => here('elasticloadbalancing', `loadbalancer/${balancer(property)}`),
    {
      DNSName: balancerName,
      LoadBalancerArn: '{arn}',
      LoadBalancerFullName: balancer,
      LoadBalancerName: '{name}',
    },
  ),
  'AWS::ElasticLoadBalancingV2::TargetGroup': byArn(here('elasticloadbalancing', 'targetgroup/{name}/{id16}'), {
    TargetGroupArn: '{arn}',
    TargetGroupFullName: 'targetgroup/{name}/{id16}',
    TargetGroupName: '{name}',
  }),
  'AWS::Events::EventBus': named('events', 'event-bus/{name}', { Name: '{name}' }),
  'AWS::Events::Rule': {
    ref: (property) => rule(property).replace('/', '|'),
    arn: (property) => here('events', `rule/${rule(property)}`),
  },
  'AWS::IAM::InstanceProfile': { ref: '{name}', arn: 'iam::{account}:instance-profile{Path=/}{name}' },
  'AWS::IAM::ManagedPolicy': byArn('iam::{account}:policy{Path=/}{name}', { PolicyArn: '{arn}' }),
  'AWS::IAM::Policy': generated('{name}'),
  'AWS::IAM::Role': { ref: '{name}', arn: 'iam::{account}:role{Path=/}{name}' },
  'AWS::IAM::User': { ref: '{name}', arn: 'iam::{account}:user{Path=/}{name}' },
  'AWS::KMS::Alias': generated('{AliasName}'),
  'AWS::KMS::Key': { ref: '{uuid}', arn: here('kms', 'key/{uuid}'), attributes: { KeyId: '{uuid}' } },
  'AWS::Kinesis::Stream': named('kinesis', 'stream/{name}'),
  'AWS::KinesisFirehose::DeliveryStream': named('firehose', 'deliverystream/{name}'),
  'AWS::Lambda::Alias': byArn((property) => `${functionArn(property)}:{Name}`, { AliasArn: '{arn}' }),
  'AWS::Lambda::EventSourceMapping': generated('{uuid}', {
    Id: '{uuid}',
    EventSourceMappingArn: here('lambda', 'event-source-mapping:{uuid}'),
  }),
  'AWS::Lambda::Url': generated('{TargetFunctionArn}', {
    FunctionArn: '{TargetFunctionArn}',
    FunctionUrl: 'https://{id}.lambda-url.{region}.on.aws/',
  }),
  'AWS::Lambda::Function': named('lambda', 'function:{name}'),
  'AWS::Lambda::LayerVersion': byArn(here('lambda', 'layer:{name}:1'), { LayerVersionArn: '{arn}' }),
  'AWS::Lambda::Permission': generated('{name}'),
  // The first version of a function is 1.
  'AWS::Lambda::Version': byArn((property) => `${functionArn(property)}:1`, {
    FunctionArn: '{arn}',
    Version: '1',
  }),
  'AWS::Logs::LogGroup': named('logs', 'log-group:{name}:*'),
  'AWS::S3::Bucket': {
    ref: '{name}',
    arn: 's3:::{name}',
    attributes: {
      DomainName: '{name}.s3.{suffix}',
      DualStackDomainName: '{name}.s3.dualstack.{region}.{suffix}',
      RegionalDomainName: '{name}.s3.{region}.{suffix}',
    },
  },
  'AWS::Scheduler::Schedule': named('scheduler', 'schedule/{GroupName=default}/{name}'),
  'AWS::SecretsManager::RotationSchedule': generated('{SecretId}'),
  'AWS::SecretsManager::SecretTargetAttachment': generated('{SecretId}', { Id: '{SecretId}' }),
  'AWS::StepFunctions::Activity': byArn(here('states', 'activity:{name}'), { Name: '{name}' }),
  'AWS::StepFunctions::StateMachine': byArn(here('states', 'stateMachine:{name}'), { Name: '{name}' }),
};
