import type { HostProfile } from '../profile.ts';
import { SERVICE_CONCURRENCY } from '../profile.ts';
import { fetchTaskFacts } from './task-facts.ts';

/** ECS's own default for `stopTimeout` on Fargate. */
const DEFAULT_STOP_TIMEOUT_MS = 30_000;
/** Kept back from `stopTimeout` for the exit itself: SIGKILL comes exactly on time. */
const RESERVE_MS = 1_000;
/** The load balancer learns of a deregistration a moment after the task's SIGTERM. */
const LINGER_MS = 2_000;

/**
 * The profile of ECS. The stop budget comes from `TWELVEFOLD_STOP_TIMEOUT_MS`, which the
 * infrastructure sets from the container's `stopTimeout`, because the metadata endpoint does not
 * have it. The budget is the same under Spot: the task gets SIGTERM when its two minutes of notice
 * begin, and SIGKILL after `stopTimeout` (AWS documentation: Fargate Spot termination notices).
 */
export async function ecsProfile(env: Readonly<Record<string, string | undefined>>): Promise<HostProfile> {
  const injected = env.TWELVEFOLD_STOP_TIMEOUT_MS;
  const isSound = injected !== undefined && /^\d+$/.test(injected) && Number(injected) > 0;
  const timeoutMs = isSound ? Number(injected) : DEFAULT_STOP_TIMEOUT_MS;
  const budgetMs = Math.max(timeoutMs / 2, timeoutMs - RESERVE_MS);
  return {
    host: 'ecs',
    budgetMs,
    lingerMs: Math.min(LINGER_MS, budgetMs / 4),
    address: '0.0.0.0',
    logFormat: 'json',
    facts: await fetchTaskFacts(env.ECS_CONTAINER_METADATA_URI_V4),
    asksHealth: true,
    concurrency: SERVICE_CONCURRENCY,
    isDevelopment: false,
    ...(env.ECS_AGENT_URI && env.TWELVEFOLD_TASK_PROTECTION === 'on' ? { protectionUri: env.ECS_AGENT_URI } : {}),
    warnings:
      injected === undefined || isSound
        ? []
        : [
            `TWELVEFOLD_STOP_TIMEOUT_MS is ${JSON.stringify(injected)}, not a whole number of milliseconds above 0; taking ${DEFAULT_STOP_TIMEOUT_MS}`,
          ],
  };
}
