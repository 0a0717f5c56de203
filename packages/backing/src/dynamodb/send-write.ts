import type { Aws } from '@twelvefold/aws';
import { AwsError, dynamodb } from '@twelvefold/aws';
import type { Answer, Input, Output } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { backoffMs } from '@twelvefold/core/internal';

type WriteName = 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'TransactWriteItems';

export interface SendWriteOptions {
  /** Where the waits between tries come from. */
  clock: Clock;
  /** 0 to below 1, for jitter. */
  random: () => number;
  signal?: AbortSignal | undefined;
  /**
   * True when the input carries a token or a unique key: a lost answer may be asked for again,
   * and again later.
   */
  repeatable?: boolean;
  /**
   * True when a repeat within the port's quick tries does no harm; nothing is tried beyond those.
   */
  idempotent?: boolean;
  /** Is called with each answer. */
  onAnswer?: ((answer: Answer) => void) | undefined;
}

/**
 * Eight tries at most wait 25 + 50 + ... + 1000 ms, 2.6 s together, before the conflict is the
 * caller's.
 */
const TRIES_WHILE_BUSY = 8;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 1_000;
/** The port has tried a lost call several times already; these come on top, with the same token. */
const TRIES_WHEN_LOST = 3;

/** Cancellation reasons that pass: the same transaction may succeed in a moment. */
const PASSING = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

/**
 * Sends one write, again after a jittered back-off while another transaction holds an item:
 * DynamoDB refuses then, for single writes too, and has done nothing.
 *
 * @throws TwelvefoldError `TRANSACTION_CONFLICT` when the item stays held; AwsError for everything
 * else.
 */
export async function sendWrite<O extends WriteName>(
  aws: Aws,
  operation: O,
  input: Input<'dynamodb', O>,
  { clock, random, signal, repeatable = false, idempotent = false, onAnswer }: SendWriteOptions,
): Promise<Output<'dynamodb', O>> {
  let lost = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await aws.call(dynamodb, operation, input, {
        access: 'write',
        repeatable: repeatable || idempotent,
        signal,
        ...(onAnswer === undefined ? {} : { onAnswer }),
      });
    } catch (error) {
      const busy = isBusy(error);
      if (busy && tries >= TRIES_WHILE_BUSY) {
        throw new TwelvefoldError(
          'TRANSACTION_CONFLICT',
          `Cannot complete ${operation}: another transaction still holds an item after ${tries} tries; try again later`,
          { cause: error },
        );
      }
      if (!busy) {
        lost += 1;
        if (!repeatable || !AwsError.isInstance(error) || !error.retryable || lost >= TRIES_WHEN_LOST) throw error;
      }
      await clock.sleep(backoffMs(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random), signal);
    }
  }
}

function isBusy(error: unknown): boolean {
  if (!AwsError.isInstance(error)) return false;
  // InProgress: an earlier try with this token is still being worked on.
  if (error.awsCode === 'TransactionConflictException' || error.awsCode === 'TransactionInProgressException')
    return true;
  if (error.awsCode !== 'TransactionCanceledException') return false;
  return (error.cancellationReasons ?? []).some(({ Code }) => Code !== undefined && PASSING.has(Code));
}
