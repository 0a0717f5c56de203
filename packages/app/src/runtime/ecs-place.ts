import type { EcsPlace } from '@twelvefold/admin';

/**
 * Where tasks run on ECS, from the environment that the infrastructure sets: `TWELVEFOLD_ECS_CLUSTER` and
 * `TWELVEFOLD_ECS_SERVICE`, whose task definition and network they have; `TWELVEFOLD_ECS_CONTAINER` and
 * `TWELVEFOLD_ECS_COMMAND` (words separated by spaces) where they differ from `app` and `node admin.js leg`.
 */
export function ecsPlace(env: Readonly<Record<string, string | undefined>>): EcsPlace | undefined {
  const {
    TWELVEFOLD_ECS_CLUSTER: cluster,
    TWELVEFOLD_ECS_SERVICE: service,
    TWELVEFOLD_ECS_CONTAINER: container,
    TWELVEFOLD_ECS_COMMAND: command,
  } = env;
  if (!cluster || !service) return undefined;
  return {
    cluster,
    service,
    ...(container && { container }),
    ...(command && { command: command.split(' ').filter((word) => word !== '') }),
  };
}
