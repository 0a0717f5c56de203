import { createHash } from 'node:crypto';
import type { MessageDraft } from './message.ts';

/** The deduplication id of a message, its content's where the queue says so, and the key under which a FIFO queue remembers it. */
export function deduplicationOf(
  { deduplicationId: given, groupId, body }: MessageDraft,
  attributes: Readonly<Record<string, string>>,
): { deduplicationId: string | undefined; key: string } {
  const byContent = attributes.ContentBasedDeduplication === 'true';
  const deduplicationId = given ?? (byContent ? createHash('sha256').update(body).digest('hex') : undefined);
  const scope = attributes.DeduplicationScope === 'messageGroup' ? `${groupId} ` : '';
  return { deduplicationId, key: `${scope}${deduplicationId}` };
}
