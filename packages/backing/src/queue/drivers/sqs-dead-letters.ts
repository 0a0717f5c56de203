/** Dead letters of SQS queues. @module */
import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { SqsMessage } from '@twelvefold/aws/internal';
import { copyOfLetter } from '../dead-letters/copy-of-letter.ts';
import { readDeadLetter } from '../dead-letters/dead-letter.ts';
import type { QueueWalk } from '../dead-letters/queue-walk.ts';
import { openQueue } from '../dead-letters/queue-walk.ts';
import type { DeadLetter, DeadLetterClient } from '../port.ts';

/** A look through the letters, with the one that its loop works on. */
interface Looking {
  readonly walk: QueueWalk;
  readonly messages: Map<string, SqsMessage>;
}

/** The dead letters of the queue with this URL. */
export function openDeadLetters(url: string, aws: Aws): DeadLetterClient {
  const looking = new Set<Looking>();
  const openWalk = async (signal: AbortSignal | undefined): Promise<QueueWalk> =>
    openQueue(aws, await deadLetterNameOf(url, aws, signal), signal);
  const find = ({ messageId }: DeadLetter) => {
    for (const look of looking) {
      const message = look.messages.get(messageId);
      if (message) return { ...look, message };
    }
    throw new TypeError(
      `Cannot redrive message ${messageId}: it is not one of a running loop over deadLetters(); redrive it inside of the loop`,
    );
  };
  return {
    async *deadLetters({ signal } = {}) {
      const walk = await openWalk(signal);
      const look: Looking = { walk, messages: new Map() };
      looking.add(look);
      try {
        for await (const message of walk.messages(signal)) {
          walk.hold(message);
          const letter = readDeadLetter(message);
          look.messages.set(letter.messageId, message);
          yield letter;
          // Bodies add up: 10,000 letters of 100 KB are 1 GB.
          look.messages.delete(letter.messageId);
        }
      } finally {
        looking.delete(look);
        await walk.giveBack();
      }
    },
    countDeadLetters: async ({ signal } = {}) => (await openWalk(signal)).about,
    async redrive(letter, { signal } = {}) {
      const { walk, messages, message } = find(letter);
      const to = { url, fifo: url.endsWith('.fifo') };
      await aws.call(sqs, 'SendMessage', copyOfLetter(message, to), { access: 'write', repeatable: true, signal });
      const input = { QueueUrl: walk.url, ReceiptHandle: message.ReceiptHandle ?? '' };
      await aws.call(sqs, 'DeleteMessage', input, { access: 'write', repeatable: true });
      walk.release(message);
      messages.delete(letter.messageId);
    },
  };
}

async function deadLetterNameOf(url: string, aws: Aws, signal: AbortSignal | undefined): Promise<string> {
  const input = { QueueUrl: url, AttributeNames: ['RedrivePolicy'] };
  const { Attributes = {} } = await aws.call(sqs, 'GetQueueAttributes', input, { access: 'read', signal });
  const { deadLetterTargetArn } = JSON.parse(Attributes.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string }; // SQS's own text
  const name = deadLetterTargetArn?.split(':').at(-1);
  if (name !== undefined) return name;
  throw new TypeError(`Cannot read dead letters of ${url}: the queue has no dead-letter queue`);
}
