import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProvisionedStack } from '@twelvefold/local';
import { beforeAll, describe, expect, it } from 'vitest';
import { assembly, template as catalogTemplate } from '../examples/service-and-pipeline/infra.ts';
import { template as uploadsTemplate } from '../examples/table-and-queue/infra.ts';
import { everyConstruct } from './checks/every-construct.ts';
import {
  named,
  ofType,
  pick,
  resolveTemplate,
  statementLines,
  statementsOf,
  templateText,
} from './testing/resolved-template.ts';

/**
 * The templates without CDK against those that CDK makes of the same apps, with every reference
 * resolved.
 */
const NETWORK = { VpcId: 'vpc-1', PublicSubnets: 'subnet-1,subnet-2', PrivateSubnets: 'subnet-3,subnet-4' };
const PIPELINE = {
  ConnectionArn: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/1',
  Repository: 'example/catalog',
  ...NETWORK,
};
const stackOf = (name: string) => assembly.getStackByName(name).template as unknown;

describe('data.yaml and function.yaml, against the stack of table-and-queue', () => {
  let cdk: ProvisionedStack;
  let data: ProvisionedStack;
  let functions: ProvisionedStack;
  beforeAll(async () => {
    cdk = await resolveTemplate(uploadsTemplate, { Stage: 'dev' });
    data = await resolveTemplate(templateText('data'), { Stage: 'dev' });
    const { UploadedTopicArn: _, ...outputs } = endpointless(data.outputs);
    functions = await resolveTemplate(templateText('function'), {
      Stage: 'dev',
      CodeBucket: 'code',
      CodePrefix: '1',
      ...outputs,
    });
  });

  it('have the same table: encryption, recovery, time to live, deletion', () => {
    expect(named(data, 'AWS::DynamoDB::Table').properties).toEqual(named(cdk, 'AWS::DynamoDB::Table').properties);
    expect(templateText('data')).toMatch(/RowsTable:\n {4}Type: AWS::DynamoDB::Table\n.*\n {4}DeletionPolicy: Retain/);
  });

  it.each(['uploads-dev-uploads', 'uploads-dev-uploads-dead-letter'])('have the same queue %s', (name) => {
    const { RedriveAllowPolicy: _, ...ours } = named(data, 'AWS::SQS::Queue', 'QueueName', name).properties;
    const { RedriveAllowPolicy: __, ...theirs } = named(cdk, 'AWS::SQS::Queue', 'QueueName', name).properties;
    expect(ours).toEqual(theirs);
  });

  it('let only the queue send to its dead-letter queue, and encrypt the topic', () => {
    const queue = named(data, 'AWS::SQS::Queue', 'QueueName', 'uploads-dev-uploads-dead-letter');
    const sourceQueueArns = [data.outputs.UploadsQueueArn];
    expect(queue.properties.RedriveAllowPolicy).toEqual({ redrivePermission: 'byQueue', sourceQueueArns });
    expect(named(data, 'AWS::SNS::Topic').properties.KmsMasterKeyId).toBe('alias/aws/sns');
  });

  it('refuse what is not encrypted on its way, in both', () => {
    for (const stack of [cdk, data]) {
      const policies = ofType(stack, 'AWS::SQS::QueuePolicy').map(({ properties }) => JSON.stringify(properties));
      for (const policy of policies) expect(policy).toMatch(/"Effect":"Deny".*aws:SecureTransport/);
    }
  });

  it.each(['http', 'uploads'])('have the same function %s, but for its code', (component) => {
    const name = `uploads-dev-${component}`;
    const properties = ['Runtime', 'Architectures', 'Handler', 'MemorySize', 'Timeout', 'Environment', 'LoggingConfig'];
    const [ours, theirs] = [functions, cdk].map((stack) => named(stack, 'AWS::Lambda::Function', 'FunctionName', name));
    expect(ours && pick(ours, ...properties)).toEqual(theirs && pick(theirs, ...properties));
    const group = `/aws/lambda/${name}`;
    expect(named(functions, 'AWS::Logs::LogGroup', 'LogGroupName', group).properties).toEqual(
      named(cdk, 'AWS::Logs::LogGroup', 'LogGroupName', group).properties,
    );
  });

  it.each(['HttpFunctionRole', 'UploadsFunctionRole'])('have the same statements in %s', (id) => {
    const [ours, theirs] = [functions, cdk].map(({ resources }) => resources.find(({ logicalId }) => logicalId === id));
    expect(ours && statementsOf(ours)).toEqual(theirs && statementsOf(theirs));
  });

  it('have the same event source and API', () => {
    for (const type of ['AWS::Lambda::EventSourceMapping', 'AWS::ApiGatewayV2::Api']) {
      expect(named(functions, type).properties).toEqual(named(cdk, type).properties);
    }
  });
});

describe('service.yaml, against the stack of service-and-pipeline', () => {
  let cdk: ProvisionedStack;
  let ours: ProvisionedStack;
  beforeAll(async () => {
    const image = { ImageUri: 'registry/catalog:1', Stage: 'dev' };
    cdk = await resolveTemplate(catalogTemplate, image);
    ours = await resolveTemplate(templateText('service'), { ...image, ...NETWORK });
  });

  it('has the same task: container, sizes, stop timeout, health check, read-only root', () => {
    const [{ TaskRoleArn: _, ExecutionRoleArn: __, ...mine }, { TaskRoleArn: ___, ExecutionRoleArn: ____, ...made }] = [
      ours,
      cdk,
    ].map((stack) => named(stack, 'AWS::ECS::TaskDefinition').properties) as [
      Record<string, unknown>,
      Record<string, unknown>,
    ];
    const byName = ({ ContainerDefinitions, ...rest }: Record<string, unknown>) => {
      const [{ Environment, ...container }] = ContainerDefinitions as [Record<string, unknown>];
      const variables = (Environment as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]);
      return { ...rest, ...container, Environment: Object.fromEntries(variables) };
    };
    expect(byName(mine)).toEqual(byName(made));
  });

  it('has the same health check and deregistration delay', () => {
    const group = (stack: ProvisionedStack) => {
      const [found] = ofType(stack, 'AWS::ElasticLoadBalancingV2::TargetGroup');
      const { VpcId: _, TargetGroupAttributes, ...rest } = found?.properties ?? {};
      return { ...rest, attributes: attributes(TargetGroupAttributes) };
    };
    expect(group(ours)).toEqual(group(cdk));
    expect(group(ours).attributes).toMatchObject({ 'deregistration_delay.timeout_seconds': '30' });
  });

  it('has the same idle timeout of the load balancer', () => {
    const [mine, made] = [ours, cdk].map((stack) =>
      attributes(named(stack, 'AWS::ElasticLoadBalancingV2::LoadBalancer').properties.LoadBalancerAttributes),
    );
    expect(mine).toEqual(made);
    expect(mine).toMatchObject({ 'idle_timeout.timeout_seconds': '60' });
  });

  it('has the same service, but for the strategy of its deployments', () => {
    const [mine, made] = [ours, cdk].map((stack) => {
      const found = named(stack, 'AWS::ECS::Service');
      const { DeploymentCircuitBreaker, MinimumHealthyPercent, MaximumPercent } = found.properties
        .DeploymentConfiguration as Record<string, unknown>;
      const same = pick(found, 'ServiceName', 'DesiredCount', 'LaunchType', 'EnableECSManagedTags');
      return { ...same, DeploymentCircuitBreaker, MinimumHealthyPercent, MaximumPercent };
    });
    expect(mine).toEqual(made);
  });

  it('scales in the same way', () => {
    const [mine, made] = [ours, cdk].map((stack) => {
      const [policy] = ofType(stack, 'AWS::ApplicationAutoScaling::ScalingPolicy');
      return {
        ...pick(named(stack, 'AWS::ApplicationAutoScaling::ScalableTarget'), 'MinCapacity', 'MaxCapacity'),
        cpu: policy?.properties.TargetTrackingScalingPolicyConfiguration,
      };
    });
    expect(mine).toEqual(made);
  });

  it('keeps the same logs for as long', () => {
    const [mine, made] = [ours, cdk].map((stack) => named(stack, 'AWS::Logs::LogGroup').properties);
    expect(mine).toEqual(made);
  });

  it.each(['ServiceTaskRole', 'ServiceExecutionRole'])('has the same statements in %s', (id) => {
    const [mine, made] = [ours, cdk].map(({ resources }) => resources.find(({ logicalId }) => logicalId === id));
    expect(mine && statementsOf(mine)).toEqual(made && statementsOf(made));
  });
});

describe('pipeline.yaml, against the stack of service-and-pipeline', () => {
  let cdk: ProvisionedStack;
  let ours: ProvisionedStack;
  beforeAll(async () => {
    cdk = await resolveTemplate(stackOf('catalog-pipeline'));
    ours = await resolveTemplate(templateText('pipeline'), PIPELINE);
  });

  interface Action {
    readonly Name: string;
    readonly RunOrder?: string;
    readonly ActionTypeId: { readonly Category: string; readonly Provider: string };
    readonly Commands?: readonly string[];
  }
  interface Stage {
    readonly Name: string;
    readonly OnFailure?: object;
    readonly Actions: readonly Action[];
  }
  const stagesOf = (stack: ProvisionedStack) =>
    named(stack, 'AWS::CodePipeline::Pipeline').properties.Stages as readonly Stage[];

  it('has the same stages and actions in the same order, with the same way back', () => {
    const shape = (stack: ProvisionedStack) =>
      stagesOf(stack)
        .slice(1) // the source is a connection here, and CodeCommit there
        .map(({ Name, OnFailure, Actions }) => ({
          Name,
          OnFailure,
          // CDK's template is a build's output; this one is in the repository.
          Actions: Actions.filter((action) => action.Name !== 'Build').map(
            ({ Name, RunOrder = '1', ActionTypeId, Commands }) => ({
              Name,
              RunOrder,
              ActionTypeId,
              Commands,
            }),
          ),
        }));
    expect(shape(ours)).toEqual(shape(cdk));
  });

  it('passes the same parameters to each stage, and the network', () => {
    const overrides = (stack: ProvisionedStack) =>
      stagesOf(stack).flatMap(({ Actions }) =>
        (Actions as ReadonlyArray<Action & { Configuration?: { ParameterOverrides?: string } }>).flatMap(
          ({ Configuration }) =>
            Configuration?.ParameterOverrides ? [Object.keys(JSON.parse(Configuration.ParameterOverrides))] : [],
        ),
      );
    expect(overrides(ours)).toEqual(overrides(cdk).map((keys) => [...keys, ...Object.keys(NETWORK)]));
  });

  it('runs one version at a time, and keeps artifacts and images alike', () => {
    const of = (stack: ProvisionedStack) => ({
      ...pick(
        named(stack, 'AWS::CodePipeline::Pipeline'),
        'Name',
        'PipelineType',
        'ExecutionMode',
        'RestartExecutionOnUpdate',
      ),
      ...pick(named(stack, 'AWS::S3::Bucket'), 'PublicAccessBlockConfiguration', 'LifecycleConfiguration'),
      ...pick(
        named(stack, 'AWS::ECR::Repository'),
        'RepositoryName',
        'ImageTagMutability',
        'ImageScanningConfiguration',
        'LifecyclePolicy',
      ),
    });
    expect(of(ours)).toEqual(of(cdk));
    expect(JSON.stringify(named(ours, 'AWS::S3::Bucket').properties.BucketEncryption)).toContain(
      '"SSEAlgorithm":"aws:kms"',
    );
  });

  it('builds the image in the same way', () => {
    const of = (stack: ProvisionedStack) => {
      const { Environment, TimeoutInMinutes } = named(stack, 'AWS::CodeBuild::Project').properties;
      const { Type, ComputeType, Image, PrivilegedMode } = Environment as Record<string, unknown>;
      return { Type, ComputeType, Image, PrivilegedMode, TimeoutInMinutes };
    };
    expect(of(ours)).toEqual(of(cdk));
  });

  it('deploys with the statements of deploy-role.yaml', async () => {
    const role = named(await resolveTemplate(templateText('deploy-role'), { Stage: 'staging' }), 'AWS::IAM::Role');
    const policy = ofType(cdk, 'AWS::IAM::Policy').find(({ logicalId }) =>
      logicalId.startsWith('PipelineStagingDeployDefaultPolicy'),
    );
    const document = policy?.properties.PolicyDocument as
      | { Statement: Parameters<typeof statementLines>[0] }
      | undefined;
    // The code of functions is in the pipeline's bucket, under its key, where there are functions.
    const withoutCode = statementLines(document?.Statement ?? []).filter(
      (line) => !/^Allow s3:|:key\/[0-9a-f]{8}-/.test(line),
    );
    expect(statementsOf(role)).toEqual(withoutCode);
  });
});

it('deploy-role.yaml makes the role that the pipeline and the workflow name', async () => {
  const workflow = readFileSync(
    join(import.meta.dirname, '../examples/service-and-pipeline/.github/workflows/deploy-stage.yml'),
    'utf8',
  );
  for (const Stage of ['staging', 'production']) {
    const role = named(await resolveTemplate(templateText('deploy-role'), { Stage }), 'AWS::IAM::Role');
    const name = `role${role.properties.Path}${role.properties.RoleName}`;
    for (const text of ['pipeline', 'github-roles'].map(templateText)) {
      expect(text.replaceAll(/\$\{App\}/g, 'catalog')).toContain(`:${name}\n`);
    }
    expect(workflow.replaceAll('$TWELVEFOLD_STAGE', Stage)).toContain(`:${name}"`);
  }
});

it('deploy-role.yaml has the statements of the role for an app with database, cache and tasks', async () => {
  const { template } = everyConstruct().synth().getStackByName('Pipeline');
  const { Resources } = template as { Resources: Record<string, { Properties: { PolicyDocument: unknown } }> };
  const [, policy] = Object.entries(Resources).find(([id]) => /^PipelineStagingDeployDefaultPolicy/.test(id)) ?? [];
  const { Statement = [] } = (policy?.Properties.PolicyDocument ?? {}) as { Statement?: { Sid?: string }[] }; // IAM's shape
  // Statements without an id are CDK's own grants on the pipeline's bucket and key.
  const PolicyDocument = { Version: '2012-10-17', Statement: Statement.filter(({ Sid }) => Sid !== undefined) };
  const Properties = {
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
    Policies: [{ PolicyName: 'deploy', PolicyDocument }],
  };
  const cdk = named(
    await resolveTemplate({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties } } }),
    'AWS::IAM::Role',
  );
  const parameters = { App: 'everything', Stage: 'staging', Database: 'yes', Cache: 'yes', Tasks: 'yes' };
  const ours = named(await resolveTemplate(templateText('deploy-role'), parameters), 'AWS::IAM::Role');
  expect(statementsOf(ours)).toEqual(statementsOf(cdk));
});

describe('network.yaml and monitoring.yaml, against the stacks of service-and-pipeline', () => {
  it('have the same endpoints, and logs of rejected traffic', async () => {
    const cdk = await resolveTemplate(stackOf('catalog-network'));
    const ours = await resolveTemplate(templateText('network'));
    const endpoints = (stack: ProvisionedStack) =>
      ofType(stack, 'AWS::EC2::VPCEndpoint')
        .map(({ properties }) => `${properties.VpcEndpointType} ${properties.ServiceName}`)
        .sort();
    expect(endpoints(ours)).toEqual(endpoints(cdk));
    expect(pick(named(ours, 'AWS::EC2::FlowLog'), 'ResourceType', 'TrafficType')).toEqual(
      pick(named(cdk, 'AWS::EC2::FlowLog'), 'ResourceType', 'TrafficType'),
    );
    expect(named(ours, 'AWS::Logs::LogGroup').properties).toMatchObject({ RetentionInDays: '731' });
  });

  it('have the same alarms on the service', async () => {
    const cdk = await resolveTemplate(catalogTemplate, { Stage: 'dev', ImageUri: 'registry/catalog:1' });
    const ours = await resolveTemplate(templateText('monitoring'), {
      Stage: 'dev',
      LogGroupName: '/aws/ecs/catalog-dev',
      ClusterName: 'catalog-dev',
      ServiceName: 'catalog-dev',
      LoadBalancerName: 'app/a/1',
      TargetGroupName: 'targetgroup/a/1',
      AlternateTargetGroupName: 'targetgroup/b/1',
    });
    const alarms = (stack: ProvisionedStack) =>
      ofType(stack, 'AWS::CloudWatch::Alarm')
        .map((alarm) => {
          const metrics = (alarm.properties.Metrics ?? []) as ReadonlyArray<{ Expression?: string }>;
          return {
            ...pick(alarm, 'AlarmDescription', 'Namespace', 'MetricName', 'Statistic', 'ExtendedStatistic', 'Period'),
            ...pick(alarm, 'Threshold', 'EvaluationPeriods', 'ComparisonOperator', 'TreatMissingData'),
            expression: metrics.find(({ Expression }) => Expression !== undefined)?.Expression,
          };
        })
        .map((alarm) => JSON.stringify(alarm))
        .sort();
    expect(alarms(ours)).toEqual(alarms(cdk));
    const principals = JSON.stringify(named(ours, 'AWS::KMS::Key').properties.KeyPolicy);
    expect(principals).toMatch(/cloudwatch.amazonaws.com.*budgets.amazonaws.com/);
    const queries = (stack: ProvisionedStack) =>
      ofType(stack, 'AWS::Logs::QueryDefinition').map(({ properties }) => [properties.Name, properties.QueryString]);
    expect(queries(cdk)).toEqual(expect.arrayContaining(queries(ours)));
  });
});

function endpointless(outputs: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(outputs).map(([name, value]) => [
    name,
    value.replace(/^http:..[^/]*/, 'https://endpoint'),
  ]);
  return Object.fromEntries(entries);
}

function attributes(list: unknown): Record<string, string> {
  return Object.fromEntries((list as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, String(Value)]));
}
