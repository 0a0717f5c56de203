import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsClient } from '../../client/aws-client.ts';
import type { ReceivedMessage, SqsRecord } from './sqs-event.ts';

/** SQS gives and takes at most this many messages per call. */
const MAX_PER_CALL = 10;
/** The longest poll that SQS allows. */
const LONG_POLL_SECONDS = 20;
const SHORT_POLL_PAUSE_MS = 50;
const DELETE_ATTEMPTS = 3;

/**
 * Receives up to `batchSize` messages: waits for the first as long as one poll lasts, then for more until the window after it
 * is over. Ends early, with what it has, when `signal` aborts.
 */
export async function receiveBatch(
  client: AwsClient,
  queueUrl: string,
  options: { readonly batchSize: number; readonly windowMs: number; readonly signal: AbortSignal },
): Promise<ReceivedMessage[]> {
  const { batchSize, windowMs, signal } = options;
  const receive = async (soFar: number, seconds: number): Promise<ReceivedMessage[]> => {
    const answer = await client.json('sqs', 'ReceiveMessage', {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(MAX_PER_CALL, batchSize - soFar),
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return (answer.Messages ?? []) as ReceivedMessage[]; // the shape of the SQS API
  };
  const batch = await receive(0, LONG_POLL_SECONDS);
  if (batch.length === 0) return batch;
  const endsAt = performance.now() + windowMs;
  try {
    while (batch.length < batchSize && performance.now() < endsAt) {
      const seconds = Math.floor((endsAt - performance.now()) / 1_000);
      const more = await receive(batch.length, Math.min(LONG_POLL_SECONDS, seconds));
      batch.push(...more);
      if (more.length === 0 && seconds === 0) await sleep(SHORT_POLL_PAUSE_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return batch;
}

/**
 * Deletes messages that were worked off, those that SQS could not delete at first once more.
 *
 * @throws {Error} naming how many are left; they will be delivered again
 */
export async function deleteRecords(client: AwsClient, queueUrl: string, records: readonly SqsRecord[]): Promise<void> {
  let left = [...records];
  for (let attempt = 1; left.length > 0 && attempt <= DELETE_ATTEMPTS; attempt += 1) {
    const failed: SqsRecord[] = [];
    for (let at = 0; at < left.length; at += MAX_PER_CALL) {
      const chunk = left.slice(at, at + MAX_PER_CALL);
      const answer = await client.json('sqs', 'DeleteMessageBatch', {
        QueueUrl: queueUrl,
        Entries: chunk.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
      });
      const failures = (answer.Failed ?? []) as Array<{ Id: string }>; // the shape of the SQS API
      failed.push(...chunk.filter((_, index) => failures.some(({ Id }) => Id === String(index))));
    }
    left = failed;
  }
  if (left.length > 0) throw new Error(`Cannot delete ${left.length} messages of ${queueUrl}: they will come again`);
}
