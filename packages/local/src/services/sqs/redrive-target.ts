import { invalidParameter } from './errors.ts';
import type { QueueStore } from './queue-store.ts';
import { allowsRedrive } from './redrive-allow-policy.ts';
import { parseRedrivePolicy } from './redrive-policy.ts';

/**
 * A dead-letter queue must be there, be another queue, be of the same type and take this queue's dead letters.
 *
 * @throws ServiceError `InvalidParameterValue`
 */
export function checkRedriveTarget(attributes: Readonly<Record<string, string>>, arn: string, store: QueueStore): void {
  const text = attributes.RedrivePolicy;
  if (text === undefined || text === '') return;
  const { deadLetterTargetArn } = parseRedrivePolicy(text);
  const refuse = (reason: string) => invalidParameter(text, 'RedrivePolicy', reason);
  if (deadLetterTargetArn === arn) throw refuse('Dead letter target owner should be different from the source.');
  const target = store.byArn(deadLetterTargetArn);
  if (target === undefined) throw refuse('Dead letter target does not exist.');
  if (target.fifo !== arn.endsWith('.fifo'))
    throw refuse('Dead-letter queue must be same type of queue as the source.');
  if (!allowsRedrive(target.attributes, arn)) {
    throw refuse('The redrive allow policy of the dead-letter queue does not permit this source queue.');
  }
}
