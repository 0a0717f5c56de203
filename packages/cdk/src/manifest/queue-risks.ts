import type { Manifest } from 'twelvefold/manifest';

/**
 * Consumed queues that lose messages by how they are declared: without a dead-letter queue what cannot be handled is lost when its retention
 * ends, and with one receive nothing is ever retried. `accepted` has the keys of those where that is meant.
 */
export function queueRisks({ components, resources }: Manifest, accepted: readonly string[]): string[] {
  const consumed = components.flatMap(({ trigger }) => (trigger.kind === 'queue' ? [trigger.resource] : []));
  const risks = resources.flatMap((queue) => {
    if (queue.kind !== 'queue' || !consumed.includes(queue.key)) return [];
    if (!queue.deadLetter) return [{ key: queue.key, what: 'has no dead-letter queue' }];
    if (queue.deadLetter.maxReceives > 1) return [];
    return [{ key: queue.key, what: 'gives a message one receive, and its consumer retries failures' }];
  });
  const needless = accepted.filter((key) => !risks.some((risk) => risk.key === key));
  return [
    ...risks
      .filter(({ key }) => !accepted.includes(key))
      .map(
        ({ key, what }) => `resource '${key}' ${what}: declare deadLetter, or accept it with acceptLossOf: ['${key}']`,
      ),
    ...needless.map((key) => `acceptLossOf has '${key}', which is no consumed queue that loses messages`),
  ];
}
