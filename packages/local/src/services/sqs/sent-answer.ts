import type { MessageDraft } from './message.ts';
import { md5, md5OfAttributes } from './message-attributes.ts';
import type { Sent } from './queue.ts';

/** What SendMessage and each entry of SendMessageBatch answer. */
export function sentAnswer(draft: MessageDraft, sent: Sent | undefined) {
  return {
    MessageId: sent?.messageId,
    MD5OfMessageBody: md5(draft.body),
    MD5OfMessageAttributes: md5OfAttributes(draft.attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(draft.systemAttributes),
    SequenceNumber: sent?.sequenceNumber,
  };
}
