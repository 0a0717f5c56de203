import type { Aws } from '@twelvefold/aws';
import type { PlannedCall } from '../plan/plan-calls.ts';
import { fetchByPath, fetchParameters } from './fetch-parameters.ts';
import { fetchSecret, fetchSecretBatch } from './fetch-secrets.ts';
import type { StoreAnswers } from './store-answer.ts';
import { allSettledOrThrow } from './store-answer.ts';

/**
 * Makes all calls at once and returns the answer for each name.
 *
 * @throws any other rejection of the port than an `AwsError`, e.g. the signal's reason; nothing is
 * in flight then.
 */
export async function fetchCalls(
  aws: Aws,
  calls: readonly PlannedCall[],
  signal: AbortSignal | undefined,
): Promise<StoreAnswers> {
  const answers: StoreAnswers = new Map();
  await allSettledOrThrow(calls.map((call) => fetchCall(aws, call, signal, answers)));
  return answers;
}

function fetchCall(aws: Aws, call: PlannedCall, signal: AbortSignal | undefined, answers: StoreAnswers): Promise<void> {
  switch (call.operation) {
    case 'GetParameters':
      return fetchParameters(aws, call.names, signal, answers);
    case 'GetParametersByPath':
      return fetchByPath(aws, call, signal, answers);
    case 'BatchGetSecretValue':
      return fetchSecretBatch(aws, call.names, signal, answers);
    case 'GetSecretValue': {
      const [id] = call.names;
      const { versionStage } = call;
      return fetchSecret(aws, { id, name: `${id}@${versionStage}`, versionStage }, signal, answers);
    }
  }
}
