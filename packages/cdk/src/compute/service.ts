import { Annotations, CfnOutput, Duration, Fn } from 'aws-cdk-lib';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type {
  CfnTaskDefinition,
  FargateServiceProps,
  FargateTaskDefinition,
  ICluster,
  ScalableTaskCount,
} from 'aws-cdk-lib/aws-ecs';
import {
  AlternateTarget,
  Cluster,
  DeploymentStrategy,
  FargateService,
  ListenerRuleConfiguration,
} from 'aws-cdk-lib/aws-ecs';
import type { ApplicationLoadBalancerProps } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  ApplicationListenerRule,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ManifestComponent } from 'twelvefold/manifest';
import { networksOf } from '../data/add-resources.ts';
import type { Statement } from '../policy/policy-document.ts';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed, named, pascalCase } from '../template/named.ts';
import type { ContainerContext } from './container.ts';
import { addContainerTask, PORT } from './container.ts';

/**
 * How a new version of the service replaces the old one. All of them go back when tasks do not
 * become healthy.
 */
export type ServiceDeployment = 'rolling' | 'blue-green' | 'canary';

/** How many tasks the service has. */
export interface ServiceScaling {
  /** @defaultValue 2, in different zones */
  readonly min?: number;
  readonly max: number;
  /**
   * Percent of the CPU that scaling keeps in use.
   *
   * @defaultValue 60
   */
  readonly cpuPercent?: number;
  /**
   * Scales by the time that messages wait, for consumers of the service by name.
   *
   * `acceptableLatency / messageTime` is the number of waiting messages that one task may have.
   */
  readonly queues?: Readonly<
    Record<
      string,
      {
        /** How long a message may wait before it is handled. */
        readonly acceptableLatency: Duration;
        /** The average time between two messages that one task has handled, at full load. */
        readonly messageTime: Duration;
      }
    >
  >;
}

/** Where the service runs. */
export interface ServiceNetwork {
  /** Its private subnets hold the tasks, its public ones the load balancer. */
  readonly vpc: IVpc;
  /**
   * An existing cluster.
   *
   * @defaultValue a new one
   */
  readonly existingCluster?: ICluster;
  /**
   * The certificate of the load balancer. Without it the load balancer speaks HTTP, and synth warns
   * unless it is internal.
   */
  readonly certificate?: ICertificate;
  /**
   * Whether only the VPC reaches the load balancer.
   *
   * @defaultValue false
   */
  readonly internal?: boolean;
}

/** Options of the service that runs what is placed on Fargate. */
export interface ServiceOptions {
  /**
   * CPU units, 1,024 to a vCPU.
   *
   * @defaultValue 256
   */
  readonly cpu?: number;
  /**
   * Memory in MiB; Fargate documents which values go with `cpu`.
   *
   * @defaultValue 512
   */
  readonly memoryLimitMiB?: number;
  /**
   * The time between SIGTERM and SIGKILL, 2 to 120 seconds: the budget of a clean stop.
   *
   * @defaultValue 30 seconds
   */
  readonly stopTimeout?: Duration;
  /**
   * The command of the container.
   *
   * @defaultValue `['node', 'ecs.js']`
   */
  readonly command?: readonly string[];
  /**
   * Whether the task asks ECS not to scale it in while it handles messages: for work that must not
   * be repeated lightly. Grants `ecs:UpdateTaskProtection` on the account's tasks: a task cannot be
   * named before it runs.
   *
   * @defaultValue false
   */
  readonly taskProtection?: boolean;
  /**
   * The network. With it the stack has a cluster, the service and, for an HTTP front, a load
   * balancer; without it only the task definition.
   */
  readonly network?: ServiceNetwork;
  /** @defaultValue two tasks */
  readonly scaling?: ServiceScaling;
  /** @defaultValue 'rolling' */
  readonly deployment?: ServiceDeployment;
  /**
   * Whether a shell may be opened in a container (ECS Exec). It grants the task role SSM's four
   * message actions, on `*` because they take no resource.
   *
   * @defaultValue false
   */
  readonly exec?: boolean;
  /** Properties of CDK's service, over those of this construct. */
  readonly fargateServiceProps?: Partial<FargateServiceProps>;
  /** Properties of CDK's load balancer, over those of this construct. */
  readonly loadBalancerProps?: Partial<ApplicationLoadBalancerProps>;
}

export const DEFAULT_STOP_TIMEOUT_SECONDS = 30;
const DEFAULT_TASKS = 2;
const DEFAULT_CPU_PERCENT = 60;
/** Below the keep-alive of the SDK's server (65 s), so that the load balancer closes first. */
const IDLE_TIMEOUT = Duration.seconds(60);
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
  readonly loadBalancer?: ApplicationLoadBalancer;
  readonly targetGroup?: ApplicationTargetGroup;
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

/**
 * Adds the service that runs components as one process on Fargate: its task definition, and with a
 * network its cluster, its load balancer and its scaling.
 */
export function addService(
  scope: Construct,
  context: ContainerContext & { readonly components: readonly ManifestComponent[]; readonly options: ServiceOptions },
): AppService {
  const { manifest, components, options } = context;
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
  if (!options.network) return task;
  return {
    ...task,
    ...addRunning(scope, context, { ...options, network: options.network, stopTimeout }, task.taskDefinition),
  };
}

type NetworkedOptions = ServiceOptions & { readonly network: ServiceNetwork; readonly stopTimeout: Duration };

function addRunning(
  scope: Construct,
  context: ContainerContext & { readonly components: readonly ManifestComponent[] },
  options: NetworkedOptions,
  taskDefinition: FargateTaskDefinition,
): Omit<AppService, 'taskDefinition' | 'logs'> {
  const { manifest, components } = context;
  const { vpc, existingCluster } = options.network;
  const min = options.scaling?.min ?? DEFAULT_TASKS;
  const cluster: ICluster = existingCluster ?? (newCluster(scope, vpc, manifest.app) as ICluster);
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
  const scaling = addScaling(scope, context, { service, cluster, min, scaling: options.scaling, front });
  return { cluster, service, ...(scaling && { scaling }), ...front };
}

function newCluster(scope: Construct, vpc: IVpc, app: string): Cluster {
  const cluster = new Cluster(scope, 'Cluster', { vpc, clusterName: atStage(`${app}-{stage}`) });
  defaultNamed(cluster, 'Cluster');
  return cluster;
}

type Front = Pick<AppService, 'loadBalancer' | 'targetGroup'>;

/**
 * An Application Load Balancer whose health check, deregistration and idle time fit the SDK's
 * server.
 */
function addLoadBalancer(scope: Construct, service: FargateService, options: NetworkedOptions, app: string): Front {
  const { vpc, certificate, internal = false } = options.network;
  const loadBalancer = new ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc,
    internetFacing: !internal,
    idleTimeout: IDLE_TIMEOUT,
    dropInvalidHeaderFields: true,
    ...options.loadBalancerProps,
  });
  defaultNamed(loadBalancer, 'LoadBalancer');
  if (!certificate && !internal) {
    Annotations.of(scope).addWarningV2(
      'twelvefold:http-only',
      `the load balancer of ${app} is on the internet without TLS: pass service.network.certificate`,
    );
  }
  const group = (id: string) => targetGroup(scope, id, vpc, options.stopTimeout);
  const blue = group('TargetGroup');
  const listener = loadBalancer.addListener('Listener', {
    open: !internal,
    ...(certificate
      ? {
          port: 443,
          protocol: ApplicationProtocol.HTTPS,
          certificates: [certificate],
          sslPolicy: SslPolicy.RECOMMENDED_TLS,
        }
      : { port: 80, protocol: ApplicationProtocol.HTTP }),
    defaultAction: ListenerAction.fixedResponse(404),
  });
  if (certificate) loadBalancer.addRedirect();
  const rule = new ApplicationListenerRule(scope, 'ListenerRule', {
    listener,
    priority: 1,
    conditions: [ListenerCondition.pathPatterns(['/*'])],
    action: ListenerAction.forward([blue]),
  });
  const shifts = options.deployment === 'blue-green' || options.deployment === 'canary';
  const target = service.loadBalancerTarget({
    containerName: 'app',
    containerPort: PORT,
    ...(shifts && {
      alternateTarget: new AlternateTarget('Alternate', {
        alternateTargetGroup: group('AlternateTargetGroup'),
        productionListener: ListenerRuleConfiguration.applicationListenerRule(rule),
      }),
    }),
  });
  target.attachToApplicationTargetGroup(blue);
  // ECS refuses a service whose target group no listener uses yet.
  service.node.addDependency(rule);
  named(
    new CfnOutput(scope, 'ServiceUrl', {
      value: Fn.join('', [certificate ? 'https://' : 'http://', loadBalancer.loadBalancerDnsName]),
      description: 'The address of the service',
    }),
  );
  return { loadBalancer, targetGroup: blue };
}

function targetGroup(scope: Construct, id: string, vpc: IVpc, stopTimeout: Duration): ApplicationTargetGroup {
  const group = new ApplicationTargetGroup(scope, id, {
    vpc,
    targetType: TargetType.IP,
    port: PORT,
    protocol: ApplicationProtocol.HTTP,
    // A task that stops serves its last requests within the same budget.
    deregistrationDelay: stopTimeout,
    healthCheck: {
      path: '/health/ready',
      healthyHttpCodes: '200',
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 3,
    },
  });
  defaultNamed(group, id);
  return group;
}

interface ScalingContext {
  readonly service: FargateService;
  readonly cluster: ICluster;
  readonly min: number;
  readonly scaling: ServiceScaling | undefined;
  readonly front: Front;
}

function addScaling(
  scope: Construct,
  { manifest, components, attached }: ContainerContext & { readonly components: readonly ManifestComponent[] },
  { service, cluster, min, scaling }: ScalingContext,
): ScalableTaskCount | undefined {
  if (!scaling) return undefined;
  const count = service.autoScaleTaskCount({ minCapacity: min, maxCapacity: scaling.max });
  count.scaleOnCpuUtilization('CpuScaling', {
    targetUtilizationPercent: scaling.cpuPercent ?? DEFAULT_CPU_PERCENT,
    scaleOutCooldown: Duration.seconds(60),
    scaleInCooldown: Duration.seconds(300),
  });
  for (const [name, { acceptableLatency, messageTime }] of Object.entries(scaling.queues ?? {})) {
    const component = components.find((one) => one.name === name);
    if (component?.trigger.kind !== 'queue') continue; // a fault of the props
    const queue = attached.get(component.trigger.resource);
    // CDK's own class refuses metrics that are computed from others.
    const policy = new CfnScalingPolicy(scope, `${pascalCase(name)}QueueScaling`, {
      policyName: atStage(`${manifest.app}-{stage}-${name}-queue`),
      policyType: 'TargetTrackingScaling',
      resourceId: Fn.join('/', ['service', cluster.clusterName, service.serviceName]),
      scalableDimension: 'ecs:service:DesiredCount',
      serviceNamespace: 'ecs',
      targetTrackingScalingPolicyConfiguration: {
        targetValue: acceptableLatency.toMilliseconds() / messageTime.toMilliseconds(),
        scaleOutCooldown: 60,
        scaleInCooldown: 300,
        customizedMetricSpecification: {
          metrics: [
            metric('waiting', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Sum', {
              QueueName: Fn.select(5, Fn.split(':', String(queue?.arns[0] ?? ''))),
            }),
            // Each task reports its CPU once a minute: the number of samples is the number of tasks
            // (ECS developer guide, "Service RUNNING task count").
            metric('tasks', 'AWS/ECS', 'CPUUtilization', 'SampleCount', {
              ClusterName: cluster.clusterName,
              ServiceName: service.serviceName,
            }),
            {
              id: 'backlog',
              expression: 'waiting / FILL(tasks, 1)',
              label: 'waiting messages per task',
              returnData: true,
            },
          ],
        },
      },
    });
    named(policy);
    policy.node.addDependency(count);
  }
  return count;
}

function metric(
  id: string,
  namespace: string,
  metricName: string,
  stat: string,
  dimensions: Readonly<Record<string, string>>,
): CfnScalingPolicy.TargetTrackingMetricDataQueryProperty {
  return {
    id,
    returnData: false,
    metricStat: {
      stat,
      metric: {
        namespace,
        metricName,
        dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
      },
    },
  };
}
