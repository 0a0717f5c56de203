import { CfnOutput, Duration, Fn } from 'aws-cdk-lib';
import type { CfnTaskDefinition, FargateTaskDefinition, ICluster, ScalableTaskCount } from 'aws-cdk-lib/aws-ecs';
import { DeploymentStrategy, FargateService } from 'aws-cdk-lib/aws-ecs';
import type { ApplicationLoadBalancer, ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ManifestComponent } from 'twelvefold/manifest';
import { networksOf } from '../data/add-resources.ts';
import type { Statement } from '../policy/policy-document.ts';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed, named } from '../template/named.ts';
import type { ContainerContext } from './container.ts';
import { addContainerTask } from './container.ts';
import { addLoadBalancer } from './load-balancer.ts';
import type { ServiceNetwork, ServiceOptions } from './service-options.ts';
import { addScaling } from './service-scaling.ts';

export const DEFAULT_STOP_TIMEOUT_SECONDS = 30;
const DEFAULT_TASKS = 2;
const BAKE_TIME = Duration.minutes(5);
const CANARY_PERCENT = 10;

/**
 * The service of an app on Fargate. Members without a network, or without an HTTP front, are
 * undefined.
 */
export interface AppService {
  readonly taskDefinition: FargateTaskDefinition;
  readonly logs: ILogGroup;
  readonly cluster?: ICluster;
  readonly service?: FargateService;
  readonly scaling?: ScalableTaskCount;
  /** Undefined with `existingListener` too. */
  readonly loadBalancer?: ApplicationLoadBalancer;
  readonly targetGroup?: ApplicationTargetGroup;
  /** The target group that `blue-green` and `canary` shift to and from. */
  readonly alternateTargetGroup?: ApplicationTargetGroup;
}

/** Asking the agent for scale-in protection makes it call ECS with the task's own role. */
const PROTECTION: Statement = {
  Sid: 'ProtectTask',
  Effect: 'Allow',
  Action: 'ecs:UpdateTaskProtection',
  Resource: Fn.sub(`arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:task/*`),
};

/** ECS developer guide, "ECS Exec": the task role needs these, and they take no resource. */
const EXEC: Statement = {
  Sid: 'OpenShell',
  Effect: 'Allow',
  Action: [
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ],
  Resource: '*',
};

interface ServiceContext extends ContainerContext {
  readonly components: readonly ManifestComponent[];
  readonly options: ServiceOptions;
  /** Defined if there is a network. */
  readonly cluster: ICluster | undefined;
}

/**
 * Adds the service that runs components as one process on Fargate: its task definition, and with a
 * network its load balancer and its scaling.
 */
export function addService(scope: Construct, context: ServiceContext): AppService {
  const { manifest, components, options, cluster } = context;
  const { network } = options;
  const {
    cpu = 256,
    memoryLimitMiB = 512,
    command = ['node', 'ecs.js'],
    taskProtection = false,
    exec = false,
  } = options;
  const stopTimeout = options.stopTimeout ?? Duration.seconds(DEFAULT_STOP_TIMEOUT_SECONDS);
  const task = addContainerTask(scope, context, {
    id: 'Service',
    family: `${manifest.app}-{stage}`,
    components,
    command,
    cpu,
    memoryLimitMiB,
    stopTimeout,
    environment: taskProtection ? { TWELVEFOLD_TASK_PROTECTION: 'on' } : {},
    statements: [...(taskProtection ? [PROTECTION] : []), ...(exec ? [EXEC] : [])],
    listens: true,
  });
  named(
    new CfnOutput(scope, 'ServiceTaskDefinitionArn', {
      value: (task.taskDefinition.node.defaultChild as CfnTaskDefinition).ref,
      description: `The task definition that runs ${components.map(({ name }) => name).join(', ')}`,
    }),
  );
  if (!network || !cluster) return task;
  return { ...task, ...addRunning(scope, context, { ...options, network, stopTimeout, cluster }, task.taskDefinition) };
}

interface NetworkedOptions extends ServiceOptions {
  readonly network: ServiceNetwork;
  readonly cluster: ICluster;
  readonly stopTimeout: Duration;
}

function addRunning(
  scope: Construct,
  context: ServiceContext,
  options: NetworkedOptions,
  taskDefinition: FargateTaskDefinition,
): Omit<AppService, 'taskDefinition' | 'logs'> {
  const { manifest, components } = context;
  const { cluster } = options;
  const min = options.scaling?.min ?? DEFAULT_TASKS;
  const deployment = options.deployment ?? 'rolling';
  const service = new FargateService(scope, 'Service', {
    cluster,
    taskDefinition,
    serviceName: atStage(`${manifest.app}-{stage}`),
    desiredCount: min,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { enable: true, rollback: true },
    enableExecuteCommand: options.exec ?? false,
    assignPublicIp: false,
    enableECSManagedTags: true,
    ...(deployment === 'blue-green' && { deploymentStrategy: DeploymentStrategy.BLUE_GREEN, bakeTime: BAKE_TIME }),
    ...(deployment === 'canary' && {
      deploymentStrategy: DeploymentStrategy.CANARY,
      bakeTime: BAKE_TIME,
      canaryConfiguration: { stepPercent: CANARY_PERCENT, stepBakeTime: BAKE_TIME },
    }),
    ...options.fargateServiceProps,
  });
  defaultNamed(service, 'Service');
  for (const { connections, port } of networksOf(components, context.attached)) {
    connections.allowFrom(service, port, 'the service');
  }
  const front = components.some(({ trigger }) => trigger.kind === 'http')
    ? addLoadBalancer(scope, service, options, manifest.app)
    : {};
  const scaling = addScaling(scope, context, { service, cluster, min, scaling: options.scaling });
  return { cluster, service, ...(scaling && { scaling }), ...front };
}
