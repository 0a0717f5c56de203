/** The body of a request for task scale-in protection, as the ECS agent reads it. */
export interface ProtectionRequest {
  ProtectionEnabled: boolean;
  ExpiresInMinutes?: number;
}

/** The answer of the agent: the state, or the reason why there is none. */
interface ProtectionAnswer {
  failure?: { Reason?: string; Detail?: string };
  error?: { Code?: string; Message?: string };
}

const TIMEOUT_MS = 5_000;

/**
 * Asks the ECS agent to protect the task, or to stop.
 *
 * @throws Error named after ECS's reason (`DEPLOYMENT_BLOCKED`, `TASK_NOT_VALID`) or code
 * (`AccessDeniedException`).
 */
export async function putProtection(agentUri: string, request: ProtectionRequest): Promise<void> {
  const response = await fetch(`${agentUri}/task-protection/v1/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = (await response.json().catch(() => ({}))) as ProtectionAnswer; // every field is optional and only read
  const { failure, error } = answer;
  // A refusal comes with 200, so read the body too.
  if (response.ok && !failure && !error) return;
  const refused = new Error(failure?.Detail ?? error?.Message ?? `The ECS agent answered ${response.status}`);
  refused.name = failure?.Reason ?? error?.Code ?? `HTTP ${response.status}`;
  throw refused;
}
