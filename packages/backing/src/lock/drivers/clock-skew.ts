import type { Answer } from '@twelvefold/aws/internal';

/** The Date header has whole seconds: AWS's clock was at most this much later. */
const RESOLUTION_MS = 1_000;
/** For AWS's own hosts, whose clocks differ a little. */
const AWS_MARGIN_MS = 1_000;

/** Compares a clock with AWS's by the answers to one call. */
export interface SkewCheck {
  onAnswer(answer: Answer): void;
  /** The reason why the clock is not known to keep the promise; `undefined` if it does. */
  fault(): string | undefined;
}

/**
 * Holds a clock to its promise: to differ from AWS's clock by at most `promiseMs`.
 *
 * AWS wrote its date between the sending of the request and the arrival of the answer, so the clock
 * was at most `arrival - date` ahead and `date + 1 s - sending` behind. A slow answer widens both
 * and can break the promise: it proves nothing about the clock.
 */
export function skewCheck(promiseMs: number, nowMs: () => number): SkewCheck {
  let worstMs: number | undefined;
  return {
    onAnswer: ({ serverTimeMs, roundTripMs }) => {
      const aheadMs = nowMs() - (serverTimeMs ?? Number.NaN);
      const behindMs = RESOLUTION_MS - aheadMs + roundTripMs;
      const ms = Math.max(aheadMs, behindMs) + AWS_MARGIN_MS;
      worstMs = Number.isNaN(ms) ? undefined : ms;
    },
    fault: () => {
      if (worstMs === undefined) return 'the answer of DynamoDB has no date to compare the clock with';
      if (worstMs <= promiseMs) return undefined;
      return `this machine's clock may differ from AWS's by ${Math.round(worstMs)} ms, and maxClockSkew promises ${promiseMs} ms; synchronize the clock, or promise more`;
    },
  };
}
