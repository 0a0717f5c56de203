import type { EcsPlace } from '@twelvefold/admin/internal';

/**
 * Where tasks run on ECS, from the environment that the infrastructure sets:
 * `TWELVEFOLD_ECS_CLUSTER`, and
 *
 * - `TWELVEFOLD_ECS_SERVICE`, whose network, capacity and task definition they have
 * - `TWELVEFOLD_ECS_TASK_DEFINITION`, where each task has a separate one: its name with `{task}`,
 *   e.g. `orders-prod-{task}`
 * - `TWELVEFOLD_ECS_SUBNETS` and `TWELVEFOLD_ECS_SECURITY_GROUPS`, ids separated by commas, with
 *   `TWELVEFOLD_ECS_TASK_DEFINITION` and in place of the service
 * - `TWELVEFOLD_ECS_CONTAINER` and `TWELVEFOLD_ECS_COMMAND` (words separated by spaces) where they
 *   differ from `app` and `node admin.js leg`
 */
export function ecsPlace(env: Readonly<Record<string, string | undefined>>): EcsPlace | undefined {
  const {
    TWELVEFOLD_ECS_CLUSTER: cluster,
    TWELVEFOLD_ECS_SERVICE: service,
    TWELVEFOLD_ECS_TASK_DEFINITION: taskDefinition,
    TWELVEFOLD_ECS_CONTAINER: container,
  } = env;
  const words = (name: string, separator: string) => (env[name] ?? '').split(separator).filter((word) => word !== '');
  const subnets = words('TWELVEFOLD_ECS_SUBNETS', ',');
  const securityGroups = words('TWELVEFOLD_ECS_SECURITY_GROUPS', ',');
  const command = words('TWELVEFOLD_ECS_COMMAND', ' ');
  if (!cluster || !(service || (taskDefinition && subnets.length > 0))) return undefined;
  return {
    cluster,
    ...(service && { service }),
    ...(taskDefinition && { taskDefinition }),
    ...(subnets.length > 0 && { subnets }),
    ...(securityGroups.length > 0 && { securityGroups }),
    ...(container && { container }),
    ...(command.length > 0 && { command }),
  };
}
