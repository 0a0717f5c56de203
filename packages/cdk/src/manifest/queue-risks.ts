import type { Manifest } from 'twelvefold/manifest';

/**
 * Consumed queues that lose messages by their declaration: without a dead-letter queue, a message
 * that always fails is deleted when its retention ends; with one receive, no failure is retried.
 * `accepted` has the keys of those where that is meant.
 */
export function queueRisks({ components }: Manifest, accepted: readonly string[]): string[] {
  const risks = components.flatMap(({ trigger }) => {
    if (trigger.kind !== 'queue') return [];
    const { resource: key, maxReceives } = trigger;
    if (maxReceives === undefined) return [{ key, what: 'has no dead-letter queue' }];
    if (maxReceives > 1) return [];
    return [{ key, what: 'gives a message one receive, and its consumer retries failures' }];
  });
  const needless = accepted.filter((key) => !risks.some((risk) => risk.key === key));
  return [
    ...risks
      .filter(({ key }) => !accepted.includes(key))
      .map(
        ({ key, what }) => `resource '${key}' ${what}: declare deadLetter, or accept it with acceptLossOf: ['${key}']`,
      ),
    ...needless.map((key) => `acceptLossOf has '${key}', which is not a consumed queue that loses messages`),
  ];
}
