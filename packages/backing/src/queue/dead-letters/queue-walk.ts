import type { Aws } from '@twelvefold/aws';
import { AwsError, sqs } from '@twelvefold/aws';
import type { SqsMessage } from '@twelvefold/aws/internal';
import { SQS_LIMITS } from '../sqs-limits.ts';

/** A queue that is looked through. */
export interface QueueWalk {
  readonly url: string;
  readonly name: string;
  readonly fifo: boolean;
  /** Receives that its redrive policy allows; each look counts as one. */
  readonly maxReceives: number | undefined;
  /** About how many messages it has. */
  readonly about: number;
  /** About how many of them another process holds. They are not found. */
  readonly hidden: number;
  /** Each message once, until a few receives find nothing more. Throws when `signal` aborts. */
  messages(signal?: AbortSignal): AsyncGenerator<SqsMessage>;
  /** Keeps a message that `messages` gave: it is visible again after `giveBack`. */
  hold(message: SqsMessage): void;
  /** Forgets a message that was held: it is no longer there. */
  release(message: SqsMessage): void;
  /**
   * Makes the held messages visible again. Resolves with the number of those that could not be:
   * they
   * come back by themselves. Never rejects.
   */
  giveBack(): Promise<number>;
}

/** Long enough to look through a large queue; what a run that dies has held comes back after it. */
export const HIDDEN_SECONDS = 600;
/** A long poll asks all servers of SQS; a second one finds what was on its way. */
const EMPTY_RECEIVES = 2;
/** Calls fail and single entries do: each of those held is tried this often. */
const GIVE_BACK_ROUNDS = 3;

/**
 * Opens a queue by its URL or its name.
 *
 * @throws Error saying that there is no such queue.
 */
export async function openQueue(aws: Aws, queue: string, signal?: AbortSignal): Promise<QueueWalk> {
  const url = /^https?:/.test(queue) ? queue : await urlOf(aws, queue, signal);
  const input = { QueueUrl: url, AttributeNames: ['All'] };
  const { Attributes = {} } = await aws.call(sqs, 'GetQueueAttributes', input, { access: 'read', signal });
  const held = new Map<string, string>();
  return {
    url,
    name: new URL(url).pathname.split('/').at(-1) ?? queue,
    fifo: Attributes.FifoQueue === 'true',
    maxReceives: maxReceivesOf(Attributes.RedrivePolicy),
    about: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    async *messages(walking) {
      const seen = new Set<string>();
      // In a walk of more than ten minutes held messages are visible again and come first. Such a
      // receive proves nothing about the rest; each hides one message at least, so they end.
      for (let [empty, stale] = [0, 0]; empty < EMPTY_RECEIVES && stale <= EMPTY_RECEIVES + seen.size; ) {
        const { Messages = [] } = await aws.call(
          sqs,
          'ReceiveMessage',
          {
            QueueUrl: url,
            MaxNumberOfMessages: SQS_LIMITS.entries,
            WaitTimeSeconds: 1,
            VisibilityTimeout: HIDDEN_SECONDS,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['All'],
          },
          { access: 'write', signal: walking },
        );
        const fresh = Messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
        empty = Messages.length === 0 ? empty + 1 : 0;
        stale = fresh.length === 0 ? stale + 1 : 0;
        // Whatever becomes of them, an early end of the walk gives them back.
        for (const { MessageId = '', ReceiptHandle = '' } of Messages) held.set(MessageId, ReceiptHandle);
        for (const message of fresh) {
          seen.add(message.MessageId ?? '');
          walking?.throwIfAborted();
          held.delete(message.MessageId ?? '');
          yield message;
        }
      }
    },
    hold: ({ MessageId = '', ReceiptHandle = '' }) => void held.set(MessageId, ReceiptHandle),
    release: ({ MessageId = '' }) => void held.delete(MessageId),
    async giveBack() {
      let handles = [...held.values()];
      held.clear();
      for (let round = 0; round < GIVE_BACK_ROUNDS && handles.length > 0; round += 1) {
        const again: string[] = [];
        for (let at = 0; at < handles.length; at += SQS_LIMITS.entries) {
          const ten = handles.slice(at, at + SQS_LIMITS.entries);
          const Entries = ten.map((ReceiptHandle, id) => ({ Id: String(id), ReceiptHandle, VisibilityTimeout: 0 }));
          const change = { QueueUrl: url, Entries };
          try {
            const options = { access: 'write', repeatable: true } as const;
            const { Failed = [] } = await aws.call(sqs, 'ChangeMessageVisibilityBatch', change, options);
            // A sender's fault is an old handle: its message is visible, or another consumer has
            // it.
            for (const { Id, SenderFault } of Failed)
              if (!SenderFault) again.push(...ten.slice(Number(Id), Number(Id) + 1));
          } catch {
            again.push(...ten);
          }
        }
        handles = again;
      }
      return handles.length;
    },
  };
}

async function urlOf(aws: Aws, name: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const { QueueUrl } = await aws.call(sqs, 'GetQueueUrl', { QueueName: name }, { access: 'read', signal });
    if (QueueUrl) return QueueUrl;
  } catch (error) {
    if (!AwsError.isInstance(error) || !/NonExistentQueue|QueueDoesNotExist/.test(error.awsCode)) throw error;
  }
  throw new Error(
    `Cannot open queue '${name}': there is none of this name; give a name or a URL, and check region and account`,
  );
}

function maxReceivesOf(policy: string | undefined): number | undefined {
  const { maxReceiveCount } = JSON.parse(policy ?? '{}') as { maxReceiveCount?: unknown }; // SQS's own text
  return maxReceiveCount === undefined ? undefined : Number(maxReceiveCount);
}
