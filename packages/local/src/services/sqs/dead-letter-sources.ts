import type { Queue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import { parseRedrivePolicy } from './redrive-policy.ts';

/** The queues whose redrive policy names `arn`, in the order of their names. */
export const deadLetterSources = (arn: string, store: QueueStore): Queue[] =>
  store.list().filter(({ attributes: { RedrivePolicy: text } }) => {
    return text !== undefined && parseRedrivePolicy(text).deadLetterTargetArn === arn;
  });
