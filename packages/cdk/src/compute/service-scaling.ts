import { pascalCase } from '@twelvefold/core/internal';
import { Duration, Fn } from 'aws-cdk-lib';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { FargateService, ICluster, ScalableTaskCount } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { ManifestComponent } from 'twelvefold/manifest';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import type { ContainerContext } from './container.ts';

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

const DEFAULT_CPU_PERCENT = 60;

interface ScalingContext {
  readonly service: FargateService;
  readonly cluster: ICluster;
  readonly min: number;
  readonly scaling: ServiceScaling | undefined;
}

/** Lets the service follow its CPU, and its queues. */
export function addScaling(
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
