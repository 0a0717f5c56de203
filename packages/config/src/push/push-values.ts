/** Pushing values, for sibling packages. @module */
import type { Aws } from '@twelvefold/aws';
import { fetchCalls } from '../load/fetch-calls.ts';
import { fetchSecret } from '../load/fetch-secrets.ts';
import type { StoreAnswers } from '../load/store-answer.ts';
import { REFERENCE } from '../plan/lookup.ts';
import { planCalls } from '../plan/plan-calls.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import { valueAt } from '../value-at.ts';
import type { PushPlan, PushTarget } from './plan-push.ts';
import { planPush } from './plan-push.ts';

export type { PushPlan, PushTarget } from './plan-push.ts';
export { writePlanned } from './write-planned.ts';

/** The writes after which the stores hold `values`, an object that is nested like the schema. */
export async function planValues(
  aws: Aws,
  target: PushTarget,
  values: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<PushPlan> {
  const given = new Map(
    target.config.leaves.flatMap((leaf): Array<[ConfigLeaf, unknown]> => {
      const value = valueAt(values, leaf);
      return value === undefined ? [] : [[leaf, value]];
    }),
  );
  return planPush(target, given, await answersFor(aws, [...given.keys()], target, signal));
}

/** One call per secret: BatchGetSecretValue is granted on all secrets of an account or on none. */
async function answersFor(
  aws: Aws,
  leaves: readonly ConfigLeaf[],
  target: PushTarget,
  signal: AbortSignal | undefined,
): Promise<StoreAnswers> {
  const calls = planCalls(leaves, target.config.sources, target);
  const answers = await fetchCalls(
    aws,
    calls.filter(({ operation }) => operation !== 'BatchGetSecretValue'),
    signal,
  );
  for (const { operation, names } of calls) {
    if (operation !== 'BatchGetSecretValue') continue;
    for (const id of names)
      await fetchSecret(aws, { id, name: REFERENCE + id, versionStage: 'AWSCURRENT' }, signal, answers);
  }
  return answers;
}
