import { setTimeout as sleep } from 'node:timers/promises';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { AwsClient } from '../../client/aws-client.ts';
import { createAwsClient } from '../../client/aws-client.ts';
import type { Credentials } from '../../client/sign-request.ts';
import type { InvocationResult } from '../function/result.ts';
import { errorReporter } from './error-reporter.ts';
import type { ReceivedMessage, SqsRecord } from './sqs-event.ts';
import { failedRecords, splitBySize, sqsRecord } from './sqs-event.ts';

/** SQS gives and takes at most this many messages per call. */
const MAX_PER_CALL = 10;
/** The longest poll that SQS allows. */
const LONG_POLL_SECONDS = 20;
const SHORT_POLL_PAUSE_MS = 50;
const DELETE_ATTEMPTS = 3;

/**
 * Receives up to `batchSize` messages: waits for the first as long as one poll lasts, then for more
 * until the window after it is over. Ends early, with what it has, when `signal` aborts.
 */
async function receiveBatch(
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
async function deleteRecords(client: AwsClient, queueUrl: string, records: readonly SqsRecord[]): Promise<void> {
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

export interface EventSourceMappingOptions {
  readonly queueUrl: string;
  readonly queueArn: string;
  /** URL of the AWS endpoint. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /**
   * The function that gets the batches; a `LaunchedFunction` or anything that invokes alike.
   */
  readonly fn: { invoke(event: { readonly Records: readonly SqsRecord[] }): Promise<InvocationResult> };
  /** Messages per invocation, at most. @defaultValue 10 */
  readonly batchSize?: number | undefined;
  /** How long to wait for a full batch after its first message. @defaultValue 0 */
  readonly batchingWindowMs?: number | undefined;
  /** Whether the response names the messages that failed. @defaultValue false */
  readonly reportBatchItemFailures?: boolean | undefined;
  /** Invocations at a time. @defaultValue 5, where Lambda's pollers start */
  readonly maxConcurrency?: number | undefined;
  /**
   * Gets what went wrong: an endpoint that does not answer, a function that failed. The mapping
   * goes on.
   *
   * @defaultValue a line on standard error
   */
  readonly onError?: ((error: Error) => void) | undefined;
}

export interface EventSourceMapping {
  /** Stops polling, waits for the batches in flight and deletes what they worked off. */
  stop(): Promise<void>;
}

const DEFAULTS = { batchSize: 10, batchingWindowMs: 0, reportBatchItemFailures: false, maxConcurrency: 5 };
const OPTIONS = [
  'queueUrl',
  'queueArn',
  'endpoint',
  'region',
  'credentials',
  'fn',
  'onError',
  ...Object.keys(DEFAULTS),
];
/** The most that an event may have (Lambda quotas); larger batches become several invocations. */
const MAX_EVENT_BYTES = 6_291_456;
const BACKOFF_MS = { first: 100, most: 5_000 };

/**
 * Polls a queue through the public SQS API and invokes a function with batches of its messages, as
 * Lambda's event source mapping does: what succeeded is deleted, what failed comes again when its
 * visibility timeout is over.
 *
 * @throws {RangeError} for a batch size above 10 without a window, which Lambda refuses
 * @example
 * ```ts
 * const mapping = launchEventSourceMapping({
 *   queueUrl,
 *   queueArn,
 *   endpoint: aws.url,
 *   region,
 *   credentials,
 *   fn: orders,
 * });
 * await mapping.stop();
 * ```
 */
export function launchEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  assertKnownOptions('use launchEventSourceMapping', options, OPTIONS);
  const { queueUrl, queueArn, region, fn } = options;
  const onError = errorReporter(options.onError);
  const { batchSize = DEFAULTS.batchSize, batchingWindowMs: windowMs = DEFAULTS.batchingWindowMs } = options;
  const maxConcurrency = options.maxConcurrency ?? DEFAULTS.maxConcurrency;
  if (batchSize > 10 && windowMs < 1_000) {
    throw new RangeError('Cannot map a queue: a batchSize above 10 needs a batchingWindowMs of at least 1000');
  }
  const fifo = queueArn.endsWith('.fifo');
  const polling = new AbortController();
  const { signal } = polling;
  const poller = createAwsClient({ ...clientOptions(options), signal });
  const client = createAwsClient(clientOptions(options));
  const inFlight = new Set<Promise<void>>();

  /** Whether every record succeeded. */
  async function invoke(records: readonly SqsRecord[]): Promise<boolean> {
    const { payload, error } = await fn.invoke({ Records: records });
    if (error) {
      onError(
        new Error(
          `Cannot work off ${records.length} messages of ${queueUrl}: ${error.errorType}: ${error.errorMessage}`,
        ),
      );
      return false;
    }
    const failed = options.reportBatchItemFailures ? failedRecords(payload, records, ({ messageId }) => messageId) : [];
    await deleteRecords(
      client,
      queueUrl,
      records.filter((record) => !failed.includes(record)),
    );
    return failed.length === 0;
  }

  async function workOff(records: readonly SqsRecord[]): Promise<void> {
    for (const run of splitBySize(records, MAX_EVENT_BYTES)) {
      const succeeded = await invoke(run);
      if (fifo && !succeeded) return; // what follows would overtake
    }
  }

  async function poll(): Promise<void> {
    let pauseMs = BACKOFF_MS.first;
    while (!signal.aborted) {
      // No receiving ahead of free hands: a message's visibility timeout runs from its receive.
      while (inFlight.size >= maxConcurrency) await Promise.race(inFlight);
      if (signal.aborted) return;
      try {
        const messages = await receiveBatch(poller, queueUrl, { batchSize, windowMs, signal });
        pauseMs = BACKOFF_MS.first;
        if (messages.length === 0) continue;
        const work: Promise<void> = workOff(messages.map((message) => sqsRecord(message, { queueArn, region })))
          .catch(onError)
          .finally(() => inFlight.delete(work));
        inFlight.add(work);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await poller.sleep(pauseMs).catch(() => {}); // aborted by stop()
        pauseMs = Math.min(BACKOFF_MS.most, pauseMs * 2);
      }
    }
  }

  const polled = poll();
  return {
    stop: async () => {
      polling.abort();
      await polled;
      await Promise.all(inFlight);
    },
  };
}

function clientOptions({ endpoint, region, credentials }: EventSourceMappingOptions) {
  return { endpoint, region, credentials };
}
