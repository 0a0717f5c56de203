import type { HostProfile } from '@twelvefold/lifecycle/internal/service';

/**
 * The host of a leg: `ecs 0123abcd` where the platform names the task, otherwise the machine's
 * kind.
 */
export function hostName({ host, facts }: HostProfile): string {
  const { task_id: id } = facts;
  return typeof id === 'string' ? `${host} ${id}` : host;
}
