import { setTimeout as sleep } from 'node:timers/promises';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { createAwsClient } from '../../client/aws-client.ts';
import type { Credentials } from '../../client/sign-request.ts';
import type { InvocationResult } from '../function/result.ts';
import { errorReporter } from './error-reporter.ts';
import type { EventSourceMapping } from './launch-event-source-mapping.ts';
import { failedRecords, splitBySize } from './sqs-event.ts';
import type { StreamApiRecord, StreamRecord } from './stream-reader.ts';
import { createStreamReader, streamRecord } from './stream-reader.ts';

export interface StreamMappingOptions {
  readonly streamArn: string;
  /** URL of the AWS endpoint. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /**
   * The function that gets the batches; a `LaunchedFunction` or anything that invokes alike.
   */
  readonly fn: { invoke(event: { readonly Records: readonly StreamRecord[] }): Promise<InvocationResult> };
  /** Where to begin in the stream. @defaultValue `TRIM_HORIZON` */
  readonly startingPosition?: 'TRIM_HORIZON' | 'LATEST' | undefined;
  /** Records per invocation, at most 10,000. @defaultValue 100 */
  readonly batchSize?: number | undefined;
  /** How long to wait for a full batch after its first record. @defaultValue 0 */
  readonly batchingWindowMs?: number | undefined;
  /** Whether the response names the record from which on to try again. @defaultValue false */
  readonly reportBatchItemFailures?: boolean | undefined;
  /** Whether a batch that failed is tried again in two halves. @defaultValue false */
  readonly bisectOnError?: boolean | undefined;
  /**
   * How often a batch that failed is tried again before it is given up.
   *
   * @defaultValue -1: until it succeeds
   */
  readonly maxRetries?: number | undefined;
  /** Gets the records that were given up. */
  readonly onDiscard?: ((records: readonly StreamRecord[]) => void) | undefined;
  /**
   * Gets what went wrong: an endpoint that does not answer, a function that failed. The mapping
   * goes on.
   *
   * @defaultValue a line on standard error
   */
  readonly onError?: ((error: Error) => void) | undefined;
}

const DEFAULTS = {
  startingPosition: 'TRIM_HORIZON',
  batchSize: 100,
  batchingWindowMs: 0,
  reportBatchItemFailures: false,
  bisectOnError: false,
  maxRetries: -1,
} as const;
const OPTIONS = [
  'streamArn',
  'endpoint',
  'region',
  'credentials',
  'fn',
  'onDiscard',
  'onError',
  ...Object.keys(DEFAULTS),
];
/** Lambda looks four times a second; a laptop need not wait that long. */
const POLL_PAUSE_MS = 50;
const BACKOFF_MS = { first: 100, most: 5_000 };
/** The most that an event may have (Lambda quotas); larger batches become several invocations. */
const MAX_EVENT_BYTES = 6_291_456;
/** GetRecords gives at most this many. */
const MAX_PER_CALL = 1_000;

/**
 * Reads a table's stream through the public API and invokes a function with batches of its records,
 * one batch at a time and in order, as Lambda's event source mapping does: a batch that fails holds
 * up what follows until it succeeds or is given up.
 *
 * @throws {RangeError} for a batch size that Lambda refuses
 * @example
 * ```ts
 * const streamArn =
 *   'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-23T09:00:00.000';
 * const mapping = launchStreamMapping({
 *   streamArn,
 *   endpoint: aws.url,
 *   region,
 *   credentials,
 *   fn: orders,
 * });
 * await mapping.stop();
 * ```
 */
export function launchStreamMapping(options: StreamMappingOptions): EventSourceMapping {
  assertKnownOptions('use launchStreamMapping', options, OPTIONS);
  const { streamArn, endpoint, region, credentials, fn, onDiscard = () => {} } = options;
  const onError = errorReporter(options.onError);
  const batchSize = options.batchSize ?? DEFAULTS.batchSize;
  const windowMs = options.batchingWindowMs ?? DEFAULTS.batchingWindowMs;
  const maxRetries = options.maxRetries ?? DEFAULTS.maxRetries;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 10_000) {
    throw new RangeError('Cannot map a stream: batchSize must be from 1 to 10000');
  }
  const stopping = new AbortController();
  const { signal } = stopping;
  const client = createAwsClient({ endpoint, region, credentials, signal });
  const reader = createStreamReader(client, streamArn, options.startingPosition ?? DEFAULTS.startingPosition);
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {}); // aborted by stop()

  /** The index of the first record to try again; the number of records when all succeeded. */
  async function invoke(records: readonly StreamRecord[]): Promise<number> {
    const { payload, error } = await fn.invoke({ Records: records }).catch((thrown: unknown) => ({
      payload: undefined,
      error: { errorType: 'Error', errorMessage: String(thrown) },
    }));
    if (error) {
      const what = `${records.length} records of ${streamArn}`;
      onError(new Error(`Cannot work off ${what}: ${error.errorType}: ${error.errorMessage}`));
      return 0;
    }
    if (!options.reportBatchItemFailures) return records.length;
    const failed = failedRecords(payload, records, ({ dynamodb }) => dynamodb.SequenceNumber);
    // Of several, the lowest sequence number counts: what follows it is tried again, whether it
    // succeeded or not.
    const first = records.findIndex((record) => failed.includes(record));
    return first === -1 ? records.length : first;
  }

  async function workOff(records: readonly StreamRecord[], failures = 0): Promise<void> {
    let left = records;
    let failed = failures;
    while (left.length > 0 && !signal.aborted) {
      const reached = await invoke(left);
      if (reached === left.length) return;
      left = left.slice(reached);
      failed = reached > 0 ? 1 : failed + 1;
      const mayRetry = maxRetries < 0 || failed <= maxRetries;
      // Splitting a batch does not count as a retry, so a single bad record can be found even
      // without any.
      if (options.bisectOnError && left.length > 1) {
        const middle = Math.ceil(left.length / 2);
        await workOff(left.slice(0, middle), failed - 1);
        left = left.slice(middle);
        failed -= 1;
      } else if (!mayRetry) {
        try {
          onDiscard(left);
        } catch (failure) {
          onError(failure);
        }
        return;
      } else await pause(Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** (failed - 1)));
    }
  }

  /** The records that were read and are not yet handled: kept when a later read fails. */
  let batch: StreamApiRecord[] = [];

  async function fillBatch(): Promise<void> {
    const read = async () => {
      const more = await reader.read(Math.min(MAX_PER_CALL, batchSize - batch.length));
      batch.push(...more);
      return more.length > 0;
    };
    if (batch.length === 0 && !(await read())) return;
    const endsAt = performance.now() + windowMs;
    while (batch.length < batchSize && performance.now() < endsAt && !signal.aborted) {
      if (!(await read())) await pause(Math.min(POLL_PAUSE_MS, Math.max(0, endsAt - performance.now())));
    }
  }

  async function poll(): Promise<void> {
    let backoffMs = BACKOFF_MS.first;
    while (!signal.aborted) {
      try {
        await fillBatch();
        backoffMs = BACKOFF_MS.first;
        if (batch.length === 0) await pause(POLL_PAUSE_MS);
        const records = batch.map((record) => streamRecord(record, streamArn));
        batch = [];
        for (const run of splitBySize(records, MAX_EVENT_BYTES)) await workOff(run);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await pause(backoffMs);
        backoffMs = Math.min(BACKOFF_MS.most, backoffMs * 2);
      }
    }
  }

  const polled = poll();
  return {
    stop: async () => {
      stopping.abort();
      await polled;
    },
  };
}
