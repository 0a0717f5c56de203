import { builtin } from '@twelvefold/core/internal';
import type { TransportCall } from '../../transport.ts';
import type { AttemptFailure, Prepared } from '../attempt.ts';
import { attempt } from '../attempt.ts';
import type { LeanClient, LeanContext } from '../lean-client.ts';
import { isExpiredToken, mayBeSkew } from './classify.ts';
import { retryDelay } from './retry-delay.ts';

/** Bytes per millisecond (1 Mbit/s) that a large request is given on its way out. */
const UPLOAD_BYTES_PER_MS = 125;
/**
 * From the first byte of an answer to its last. Enough for tens of megabytes at 10 Mbit/s; ends the
 * call to a server that sends a few bytes at a time.
 */
const BODY_MS = 20_000;
/** A clock this far off is corrected (the SDK's bound; AWS refuses from five minutes on). */
const SKEW_MS = 240_000;

/** Makes a call, with retries by the rules of the SDK's standard retry mode. */
export async function callWithRetries(context: LeanContext, client: LeanClient, call: TransportCall): Promise<unknown> {
  const { runtime, logger, maxAttempts } = context;
  const body = call.service.protocol.encode(call.operation, call.input);
  const bodyBytes = Buffer.byteLength(body);
  const prepared: Prepared = {
    call,
    body,
    bodyBytes,
    invocationId: builtin('node:crypto').randomUUID(),
  };
  const { WaitTimeSeconds = 0 } = call.input as { WaitTimeSeconds?: number }; // only ReceiveMessage has it
  const allowanceMs = WaitTimeSeconds * 1_000 + Math.floor(bodyBytes / UPLOAD_BYTES_PER_MS);
  const endsAtMs =
    runtime.now() + Math.min(context.totalTimeoutMs, call.timeoutMs ?? Number.POSITIVE_INFINITY) + allowanceMs;
  const repeatable = call.access === 'read' || call.repeatable === true;
  let retries = 0;
  let paid: number | undefined;
  let cured = 0;

  for (;;) {
    const leftMs = Math.max(1, endsAtMs - runtime.now());
    const outcome = await attempt(context, client, prepared, {
      number: retries + 1,
      firstByteMs: Math.min(context.requestTimeoutMs + allowanceMs, leftMs),
      bodyMs: Math.min(BODY_MS, leftMs),
    });
    if ('output' in outcome) {
      client.quota.giveBack(paid);
      return outcome.output;
    }
    call.signal?.throwIfAborted();
    const { error, kind, mayHaveHappened, hintMs } = outcome;
    if (mayHaveHappened && !repeatable) throw error;
    const report = (delayMs: number) =>
      logger?.debug('Call to AWS failed and is tried again', {
        service: client.service.name,
        operation: call.operation,
        attempt: retries + 1,
        awsCode: error.awsCode,
        httpStatus: error.httpStatus,
        requestId: error.requestId,
        delayMs,
      });
    // What can be set right at once is tried once more for free, once per cause.
    const cure = cureFor(context, client, outcome);
    if (cure !== 0 && (cured & cure) === 0) {
      cured |= cure;
      report(0);
      continue;
    }
    if (kind === 'final' || retries + 1 >= maxAttempts) throw error;
    const delayMs = retryDelay(retries, kind, hintMs, runtime.random);
    if (runtime.now() + delayMs >= endsAtMs) throw error;
    paid = client.quota.take(kind);
    if (paid === undefined) throw error;
    report(delayMs);
    retries += 1;
    if (delayMs > 0) await runtime.sleep(delayMs, call.signal);
  }
}

const STALE = 1;
const SKEWED = 2;
const EXPIRED = 4;

/** Repairs what made the attempt fail, and says which of the causes it was; 0 for none. */
function cureFor({ runtime, credentials }: LeanContext, client: LeanClient, failure: AttemptFailure): number {
  const { awsCode: code } = failure.error;
  if (failure.stale) {
    client.pool.dropIdle(); // the others are as old
    return STALE;
  }
  if (isExpiredToken(code) && credentials.expired(failure.credentials)) return EXPIRED;
  if (mayBeSkew(code) && failure.serverTimeMs !== undefined) {
    const skewMs = failure.serverTimeMs - runtime.now();
    // Compared with the skew of this request's signature: another call may have changed it since.
    if (Math.abs(skewMs - failure.skewMs) < SKEW_MS) return 0;
    client.skewMs = skewMs;
    return SKEWED;
  }
  return 0;
}
