import { detectHost } from '../detect.ts';
import { ecsProfile } from '../ecs/ecs-profile.ts';
import type { HostProfile } from '../profile.ts';
import { SERVICE_CONCURRENCY } from '../profile.ts';

/** The profile of the long-running host that this process is on. */
export async function serviceProfile(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Promise<HostProfile> {
  return detectHost(env) === 'ecs' ? ecsProfile(env) : localProfile(env, isTerminal);
}

/** The same as on ECS: a container elsewhere has a load balancer in front of it as well. */
const LINGER_MS = 2_000;

/**
 * The profile outside Lambda and ECS. At a terminal, or started by `twelvefold dev` (which sets
 * `TWELVEFOLD_DEV`), it is a laptop: only this machine reaches the port, nothing lingers, and a
 * terminal gets readable logs.
 */
function localProfile(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): HostProfile {
  const isLaptop = isTerminal || env.TWELVEFOLD_DEV !== undefined;
  return {
    host: 'local',
    budgetMs: 10_000,
    lingerMs: isLaptop ? 0 : LINGER_MS,
    address: isLaptop ? '127.0.0.1' : '0.0.0.0',
    logFormat: isTerminal ? 'pretty' : 'json',
    facts: {},
    asksHealth: false,
    concurrency: SERVICE_CONCURRENCY,
    isDevelopment: isLaptop,
    warnings: [],
  };
}
