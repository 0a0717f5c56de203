import type { QueueDefinition } from '@twelvefold/backing';
import type { Logger } from '@twelvefold/logging';
import type { ConsumerComponent } from '../component.ts';
import type { Runtime } from './open-runtime.ts';
import { queueWarnings } from './queue-warnings.ts';

export interface WarnOfQueueOptions {
  component: ConsumerComponent;
  runtime: Runtime;
  logger: Logger;
  signal: AbortSignal;
}

/** Looks at a service's queue once, when its consumer starts. Never rejects: a queue that cannot be asked is the health check's news. */
export async function warnOfQueue({ component, runtime, logger, signal }: WarnOfQueueOptions): Promise<void> {
  const definition = component.app.backing[component.queue] as QueueDefinition; // app.consumer() checked the kind
  const QueueUrl = runtime.target(component.queue);
  if (QueueUrl === undefined) return;
  try {
    const input = { QueueUrl, AttributeNames: ['RedrivePolicy'] };
    const options = { access: 'read', signal } as const;
    const { Attributes = {} } = await runtime.aws.as(component.name).call('sqs', 'GetQueueAttributes', input, options);
    for (const warning of queueWarnings(definition, { attributes: Attributes })) logger.warn(warning);
  } catch {
    // As said above.
  }
}
