import { AwsError } from '@twelvefold/aws';
import type { BatchFailure } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { backoffMs, toError } from '@twelvefold/core/internal';

/** The first call and four retries of the entries that failed. */
const DEFAULT_ATTEMPTS = 5;
const BACKOFF_BASE_MS = 100;
const BACKOFF_CAP_MS = 5_000;
/**
 * `Id` of the entries of one batch, which takes at most ten. Making the text costs more than
 * looking it up.
 */
const IDS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** The answer of a batch call of SQS or SNS, which reports each entry by its `Id`. */
export interface BatchAnswer {
  readonly Successful?: ReadonlyArray<{ readonly Id?: string; readonly MessageId?: string }>;
  readonly Failed?: readonly BatchFailure[];
}

export interface BatchCallDeps<M extends { readonly entry: object }> {
  /** For error messages: `delete messages of queue 'orders'`. */
  readonly action: string;
  /** One call. */
  send(entries: Array<M['entry'] & { Id: string }>): Promise<BatchAnswer>;
  /**
   * Called once per item: with the id that the answer has for it, or with the reason of the
   * failure.
   */
  settle(item: M, messageId: string, error: Error | undefined): void;
  /** Called when an answer settled some items and others are tried again. */
  onPartlySettled?: (() => void) | undefined;
  /** Calls at most. @defaultValue 5 */
  readonly attempts?: number | undefined;
  /** Ends the retries. @defaultValue none */
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Sends up to ten items in one call. Tries those again that failed for the service's own reasons,
 * and all of them after a call that failed but may succeed later, with back-off. Never rejects:
 * each item is settled exactly once.
 */
export async function callBatch<M extends { readonly entry: object }>(
  items: readonly M[],
  deps: BatchCallDeps<M>,
): Promise<void> {
  const { attempts = DEFAULT_ATTEMPTS } = deps;
  let remaining = items;
  for (let attempt = 1; ; attempt += 1) {
    let failed: Failed<M>[];
    try {
      const answer = await deps.send(numbered(remaining));
      failed = settleAnswered(remaining, answer, deps);
    } catch (cause) {
      failed = settleUnanswered(remaining, cause, deps);
    }
    if (failed.length === 0) return;
    if (failed.length < remaining.length) deps.onPartlySettled?.();
    if (attempt === attempts || !(await wait(attempt, deps))) {
      for (const { item, error } of failed) deps.settle(item, '', error);
      return;
    }
    remaining = failed.map(({ item }) => item);
  }
}

/** An item to try again, and the error that it ends with when no attempt is left. */
interface Failed<M> {
  readonly item: M;
  readonly error: Error;
}

/**
 * The entries of a call. They get their `Id` in place: a copy of each would be a good part of its
 * cost.
 */
function numbered<M extends { readonly entry: object }>(items: readonly M[]): Array<M['entry'] & { Id: string }> {
  return items.map(({ entry }, index) => {
    const identified = entry as M['entry'] & { Id: string }; // set next
    identified.Id = IDS[index] ?? String(index);
    return identified;
  });
}

function settleAnswered<M extends { readonly entry: object }>(
  items: readonly M[],
  { Successful = [], Failed = [] }: BatchAnswer,
  { action, settle }: BatchCallDeps<M>,
): Failed<M>[] {
  const again: Failed<M>[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as M; // index is below length
    const Id = IDS[index] ?? String(index);
    // Services answer in the order of the request. Searching is for those that do not.
    const inOrder = Successful[index];
    const success = inOrder?.Id === Id ? inOrder : Successful.find((one) => one.Id === Id);
    if (success !== undefined) {
      settle(item, success.MessageId ?? '', undefined);
      continue;
    }
    const failure = Failed.find((one) => one.Id === Id);
    const error = refusal(action, failure);
    if (failure?.SenderFault === true) settle(item, '', error);
    else again.push({ item, error });
  }
  return again;
}

function settleUnanswered<M extends { readonly entry: object }>(
  items: readonly M[],
  cause: unknown,
  { settle }: BatchCallDeps<M>,
): Failed<M>[] {
  const error = toError(cause);
  if (AwsError.isInstance(error) && error.retryable) return items.map((item) => ({ item, error }));
  for (const item of items) settle(item, '', error);
  return [];
}

/** Waits before the next attempt. Returns false when the signal has aborted. */
function wait<M extends { readonly entry: object }>(
  attempt: number,
  { clock, random, signal }: BatchCallDeps<M>,
): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return clock.sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS, random), signal).then(
    () => true,
    () => false, // aborted
  );
}

function refusal(action: string, failure: BatchFailure | undefined): TwelvefoldError {
  const reason =
    failure === undefined
      ? 'the answer does not mention it'
      : `${failure.Code ?? 'no code'}${failure.Message ? `: ${failure.Message}` : ''}`;
  return new TwelvefoldError('MESSAGE_REFUSED', `Cannot ${action}: ${reason}`);
}
