import { detectHost } from '../detect.ts';
import { ecsProfile } from '../ecs/ecs-profile.ts';
import { localProfile } from '../local/local-profile.ts';
import type { HostProfile } from '../profile.ts';

/** The profile of the long-running host that this process is on. */
export async function serviceProfile(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Promise<HostProfile> {
  return detectHost(env) === 'ecs' ? ecsProfile(env) : localProfile(env, isTerminal);
}
