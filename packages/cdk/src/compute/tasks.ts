import { pascalCase } from '@twelvefold/core/internal';
import { Duration } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { ManifestComponent } from 'twelvefold/manifest';
import { networksOf } from '../data/add-resources.ts';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed } from '../template/named.ts';
import type { ContainerContext, ContainerTask } from './container.ts';
import { addContainerTask } from './container.ts';
import type { FargateOptions } from './placement.ts';
import type { ServiceNetwork } from './service-options.ts';

/** The cluster of the service and of tasks. */
export function addCluster(scope: Construct, { vpc, existingCluster }: ServiceNetwork, app: string): ICluster {
  if (existingCluster) return existingCluster;
  const cluster = new Cluster(scope, 'Cluster', { vpc, clusterName: atStage(`${app}-{stage}`) });
  defaultNamed(cluster, 'Cluster');
  return cluster as ICluster; // CDK's declarations need it under exactOptionalPropertyTypes
}

/** The family of a task's definition, for `TWELVEFOLD_ECS_TASK_DEFINITION`. */
export const taskFamily = (app: string, task: string) => `${app}-{stage}-${task}`;

/**
 * Adds the task definition of a task, which RunTask starts: with a separate role, because the
 * service's has what all components of the service use.
 */
export function addTask(
  scope: Construct,
  context: ContainerContext,
  component: ManifestComponent,
  { cpu = 256, memoryLimitMiB = 512 }: FargateOptions,
): ContainerTask {
  return addContainerTask(scope, context, {
    id: `${pascalCase(component.name)}Task`,
    family: taskFamily(context.manifest.app, component.name),
    components: [component],
    command: ['node', 'admin.js', component.name],
    cpu,
    memoryLimitMiB,
    // Fargate's longest: a task that is stopped saves its position first.
    stopTimeout: Duration.seconds(120),
    environment: context.release ? { TWELVEFOLD_RELEASE: context.release } : {},
    statements: [],
    listens: false,
  });
}

/** Where the supervisor runs tasks on Fargate. */
export interface TaskNetwork {
  readonly cluster: ICluster;
  readonly subnetIds: readonly string[];
  readonly group: SecurityGroup;
}

/** Adds the security group of tasks, which the databases that they use let in. */
export function addTaskNetwork(
  scope: Construct,
  { attached, manifest }: ContainerContext,
  components: readonly ManifestComponent[],
  { cluster, vpc }: { readonly cluster: ICluster; readonly vpc: ServiceNetwork['vpc'] },
): TaskNetwork {
  const group = new SecurityGroup(scope, 'TaskGroup', { vpc, description: `Tasks of ${manifest.app} on Fargate` });
  defaultNamed(group, 'TaskGroup');
  for (const { connections, port } of networksOf(components, attached)) connections.allowFrom(group, port, 'tasks');
  return { cluster, subnetIds: vpc.selectSubnets().subnetIds, group };
}
