import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProvisionedStack } from '@twelvefold/local';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { assembly, template as catalogTemplate } from '../examples/service-and-pipeline/infra.ts';
import type { Block, TerraformModule } from './testing/read-terraform.ts';
import { readTerraform } from './testing/read-terraform.ts';
import { named, ofType, resolveTemplate, statementsOf } from './testing/resolved-template.ts';

/** The Terraform of the service with its pipeline, against what CDK makes of the same app. */
const ROOT = join(import.meta.dirname, 'terraform');
const ACCOUNT = { 'var.region': 'eu-west-1', 'var.account': '123456789012', 'var.partition': 'aws' };
const GROUP = 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/ecs/catalog-dev';

/** The first nested block of a kind. */
const nested = (block: Block, name: string): Block => (block[name] as readonly Block[] | undefined)?.[0] ?? {};
/** CloudFormation's `PortMappings` is ECS's `portMappings`. */
const camelCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [key[0]?.toLowerCase() + key.slice(1), camelCase(field)]);
  return Object.fromEntries(entries);
};

describe('the service', () => {
  let terraform: TerraformModule;
  let cdk: ProvisionedStack;
  const properties = (type: string) => ofType(cdk, type)[0]?.properties ?? {};
  beforeAll(async () => {
    cdk = await resolveTemplate(catalogTemplate, { Stage: 'dev', ImageUri: 'registry/catalog:1' });
    terraform = await readTerraform(join(ROOT, 'modules/service'), {
      ...ACCOUNT,
      'var.app': 'catalog',
      'var.stage': 'dev',
      'var.image': 'registry/catalog:1',
      'var.image_repository': 'catalog',
      'local.name': 'catalog-dev',
      'aws_cloudwatch_log_group.service.name': '/aws/ecs/catalog-dev',
      'aws_cloudwatch_log_group.service.arn': GROUP,
    });
  });

  it('has the same container', async () => {
    const [mine] = (await terraform.decoded('aws_ecs_task_definition', 'service', 'container_definitions')) as [Block];
    const [made] = camelCase(properties('AWS::ECS::TaskDefinition').ContainerDefinitions) as [Block];
    const sorted = ({ environment, ...rest }: Block) => ({
      ...rest,
      environment: (environment as { name: string; value: string }[])
        .map(({ name, value }) => `${name}=${value}`)
        .sort(),
    });
    expect(sorted(mine)).toEqual(sorted(made));
  });

  it('has the same task: size and platform', () => {
    const task = terraform.resource('aws_ecs_task_definition', 'service');
    const { cpu_architecture, operating_system_family } = nested(task, 'runtime_platform');
    const made = properties('AWS::ECS::TaskDefinition');
    expect([task.family, task.cpu, task.memory, task.network_mode, task.requires_compatibilities]).toEqual([
      made.Family,
      made.Cpu,
      made.Memory,
      made.NetworkMode,
      made.RequiresCompatibilities,
    ]);
    expect({ CpuArchitecture: cpu_architecture, OperatingSystemFamily: operating_system_family }).toEqual(
      made.RuntimePlatform,
    );
  });

  it('has the same health check, deregistration delay and idle timeout', () => {
    const group = terraform.resource('aws_lb_target_group', 'this');
    const check = nested(group, 'health_check');
    const made = properties('AWS::ElasticLoadBalancingV2::TargetGroup');
    expect([check.path, check.matcher, check.interval, check.timeout]).toEqual([
      made.HealthCheckPath,
      (made.Matcher as Block).HttpCode,
      made.HealthCheckIntervalSeconds,
      made.HealthCheckTimeoutSeconds,
    ]);
    expect([check.healthy_threshold, check.unhealthy_threshold, group.port, group.target_type]).toEqual([
      made.HealthyThresholdCount,
      made.UnhealthyThresholdCount,
      made.Port,
      made.TargetType,
    ]);
    const attribute = (list: unknown, key: string) =>
      (list as { Key: string; Value: string }[]).find(({ Key }) => Key === key)?.Value;
    expect(group.deregistration_delay).toBe(
      attribute(made.TargetGroupAttributes, 'deregistration_delay.timeout_seconds'),
    );
    const balancer = terraform.resource('aws_lb', 'this');
    const attributes = properties('AWS::ElasticLoadBalancingV2::LoadBalancer').LoadBalancerAttributes;
    expect(balancer.idle_timeout).toBe(attribute(attributes, 'idle_timeout.timeout_seconds'));
    expect(balancer.drop_invalid_header_fields).toBe(
      attribute(attributes, 'routing.http.drop_invalid_header_fields.enabled'),
    );
  });

  it('has the same way back, scaling and retention', () => {
    const service = terraform.resource('aws_ecs_service', 'this');
    const made = properties('AWS::ECS::Service');
    const deployment = made.DeploymentConfiguration as Block;
    const { enable, rollback } = nested(service, 'deployment_circuit_breaker');
    expect({ Enable: enable, Rollback: rollback }).toEqual(deployment.DeploymentCircuitBreaker);
    expect([service.deployment_minimum_healthy_percent, service.deployment_maximum_percent]).toEqual([
      deployment.MinimumHealthyPercent,
      deployment.MaximumPercent,
    ]);
    expect([service.desired_count, service.launch_type, service.name]).toEqual([
      made.DesiredCount,
      made.LaunchType,
      made.ServiceName,
    ]);
    const { min_capacity, max_capacity } = terraform.resource('aws_appautoscaling_target', 'this');
    const target = properties('AWS::ApplicationAutoScaling::ScalableTarget');
    expect([min_capacity, max_capacity]).toEqual([target.MinCapacity, target.MaxCapacity]);
    const cpu = nested(
      terraform.resource('aws_appautoscaling_policy', 'cpu'),
      'target_tracking_scaling_policy_configuration',
    );
    expect(properties('AWS::ApplicationAutoScaling::ScalingPolicy').TargetTrackingScalingPolicyConfiguration).toEqual({
      PredefinedMetricSpecification: {
        PredefinedMetricType: nested(cpu, 'predefined_metric_specification').predefined_metric_type,
      },
      TargetValue: cpu.target_value,
      ScaleOutCooldown: cpu.scale_out_cooldown,
      ScaleInCooldown: cpu.scale_in_cooldown,
    });
    const logs = terraform.resource('aws_cloudwatch_log_group', 'service');
    expect({ LogGroupName: logs.name, RetentionInDays: logs.retention_in_days }).toEqual(
      named(cdk, 'AWS::Logs::LogGroup').properties,
    );
  });

  it.each([
    ['task', 'ServiceTaskRole'],
    ['execution', 'ServiceExecutionRole'],
  ])('has the same statements in the role %s', (name, id) => {
    const made = cdk.resources.find(({ logicalId }) => logicalId === id);
    expect(terraform.statements(name)).toEqual(made && statementsOf(made));
  });
});

describe('the pipeline', () => {
  let terraform: TerraformModule;
  let cdk: ProvisionedStack;
  beforeAll(async () => {
    cdk = await resolveTemplate(assembly.getStackByName('catalog-pipeline').template);
    terraform = await readTerraform(ROOT, { ...ACCOUNT, 'local.account': '123456789012', 'local.partition': 'aws' });
  });

  interface Shape {
    readonly name: string;
    readonly result: unknown;
    readonly actions: readonly string[];
  }

  it('has the same stages, checks and approval, with the same way back', () => {
    const mine = (terraform.resource('aws_codepipeline', 'this').stage as readonly Block[]).map((stage): Shape => {
      const actions = (stage.action as readonly Block[]).map(({ name, run_order = '1' }) => `${run_order} ${name}`);
      return { name: String(stage.name), result: nested(stage, 'on_failure').result, actions };
    });
    const stages = named(cdk, 'AWS::CodePipeline::Pipeline').properties.Stages as ReadonlyArray<{
      Name: string;
      OnFailure?: { Result: string };
      Actions: ReadonlyArray<{ Name: string; RunOrder: string }>;
    }>;
    const made = stages.map(
      ({ Name, OnFailure, Actions }): Shape => ({
        name: Name,
        result: OnFailure?.Result,
        // The ECS action makes no change set, and Terraform needs no template from a build.
        actions: Actions.filter(({ Name: action }) => !['Build', 'Prepare'].includes(action)).map(
          ({ Name: action, RunOrder }) => `${RunOrder} ${action}`,
        ),
      }),
    );
    expect(mine).toEqual(made);
  });

  it('runs the same commands in tests and checks', () => {
    const text = JSON.stringify(terraform.resource('aws_codepipeline', 'this'));
    const stages = JSON.stringify(named(cdk, 'AWS::CodePipeline::Pipeline').properties.Stages);
    for (const [, list = ''] of stages.matchAll(/"Commands":(\[[^\]]*\])/g)) {
      const commands = (JSON.parse(list) as string[]).join(' && ');
      if (!commands.includes('npm run package')) expect(text).toContain(commands);
    }
    expect(text).toContain('#{Source.CommitId}');
  });

  it('keeps artifacts and images alike', () => {
    const repository = terraform.resource('aws_ecr_repository', 'images');
    const made = named(cdk, 'AWS::ECR::Repository').properties;
    expect([
      repository.name,
      repository.image_tag_mutability,
      nested(repository, 'image_scanning_configuration').scan_on_push,
    ]).toEqual([made.RepositoryName, made.ImageTagMutability, (made.ImageScanningConfiguration as Block).ScanOnPush]);
    expect(JSON.parse(String(terraform.resource('aws_ecr_lifecycle_policy', 'images').policy))).toEqual(
      JSON.parse(String((made.LifecyclePolicy as Block).LifecyclePolicyText)),
    );
    const block = terraform.resource('aws_s3_bucket_public_access_block', 'artifacts');
    const { bucket: _, ...blocked } = block;
    expect(Object.values(blocked)).toEqual(['true', 'true', 'true', 'true']);
    const rule = nested(terraform.resource('aws_s3_bucket_server_side_encryption_configuration', 'artifacts'), 'rule');
    expect(nested(rule, 'apply_server_side_encryption_by_default').sse_algorithm).toBe('aws:kms');
    expect(terraform.resource('aws_kms_key', 'artifacts').enable_key_rotation).toBe('true');
    const { pipeline_type, execution_mode } = terraform.resource('aws_codepipeline', 'this');
    const { PipelineType, ExecutionMode } = named(cdk, 'AWS::CodePipeline::Pipeline').properties;
    expect([pipeline_type, execution_mode]).toEqual([PipelineType, ExecutionMode]);
  });

  it('builds the image with the same commands', () => {
    const spec = parseYaml(readFileSync(join(ROOT, 'buildspec-image.yml'), 'utf8'));
    const made = JSON.parse(String((named(cdk, 'AWS::CodeBuild::Project').properties.Source as Block).BuildSpec));
    expect(spec.phases.pre_build).toEqual(made.phases.pre_build);
    expect(spec.phases.build.commands.slice(0, 2)).toEqual(made.phases.build.commands);
  });

  it('has no statement on everything but those that take no resource', () => {
    const wide = ['build', 'pipeline']
      .flatMap((name) => terraform.statements(name))
      .filter((line) => line.endsWith(' on *'));
    expect([...new Set(wide)].sort()).toEqual([
      'Allow ecr:GetAuthorizationToken on *',
      'Allow ecs:DescribeTaskDefinition on *',
      'Allow ecs:DescribeTasks on *',
      'Allow ecs:ListTasks on *',
      'Allow ecs:RegisterTaskDefinition on *',
      'Allow inspector-scan:ScanSbom on *',
    ]);
  });
});

it('the network has the same endpoints', async () => {
  const cdk = await resolveTemplate(assembly.getStackByName('catalog-network').template);
  const made = ofType(cdk, 'AWS::EC2::VPCEndpoint').map(({ properties }) =>
    String(properties.ServiceName).replace(/^com\.amazonaws\.[\w-]+\./, ''),
  );
  const terraform = await readTerraform(ROOT, ACCOUNT);
  const mine = ['gateway', 'interface'].flatMap((name) =>
    [...String(terraform.resource('aws_vpc_endpoint', name).for_each).matchAll(/"([\w.]+)"/g)].map(
      ([, service]) => service,
    ),
  );
  expect(mine.sort()).toEqual(made.sort());
});

const hasTerraform = spawnSync('terraform', ['version']).status === 0;
describe.skipIf(!hasTerraform)('terraform fmt (needs terraform)', () => {
  it('changes nothing', () => {
    expect(execFileSync('terraform', ['fmt', '-check', '-recursive', ROOT], { encoding: 'utf8', stdio: 'pipe' })).toBe(
      '',
    );
  });
});

// The provider comes from Terraform's registry, or from a cache of it on this machine.
const hasProvider = hasTerraform && process.env.TF_PLUGIN_CACHE_DIR !== undefined;
describe.skipIf(!hasProvider)('terraform validate (needs provider)', () => {
  it('finds nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'terraform-'));
    await cp(ROOT, folder, { recursive: true });
    for (const command of [['init', '-backend=false', '-input=false'], ['validate']]) {
      execFileSync('terraform', [`-chdir=${folder}`, ...command], { encoding: 'utf8' });
    }
  });
});
