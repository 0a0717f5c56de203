import type { CallContext } from '../../core/service.ts';
import { changeMessageVisibility } from './actions/change-message-visibility.ts';

/** Makes what a receive got visible again at once: SQS delivers at least once, and this is the second time. */
export async function redeliver(output: unknown, input: Record<string, unknown>, context: CallContext): Promise<void> {
  const { Messages = [] } = output as { Messages?: ReadonlyArray<{ ReceiptHandle: string }> }; // what ReceiveMessage answers
  for (const { ReceiptHandle } of Messages) {
    await changeMessageVisibility({ QueueUrl: input.QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }, context);
  }
}
