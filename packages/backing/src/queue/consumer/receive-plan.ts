import { SQS_LIMITS } from '../sqs-limits.ts';

interface ReceiveState {
  /** Handlers that could start now and are not promised to a receive under way. */
  free: number;
  /** Receives under way. */
  receiving: number;
  /** Slots have had time to come free. */
  gathered: boolean;
}

export interface ReceivePlan {
  /** How many messages to ask for now: 0 for none, `gather` to wait a little until one receive can bring more. */
  next(state: ReceiveState): number | 'gather';
  /** What a receive brought. */
  received(asked: number, count: number): void;
}

/**
 * Full receives in a row per doubling of the receivers. Slow enough that a backlog of 1,000 messages costs at most two receives
 * that find nothing, fast enough for 16 receivers after 2,560 messages.
 */
const STREAK_PER_DOUBLING = 64;
const MAX_RECEIVERS = 32;

/**
 * Decides when to receive and how much. An idle queue gets one long poll. While receives come back full the backlog is deep:
 * then latency does not matter, calls and throughput do, so receives are filled to ten and their number grows.
 */
export function createReceivePlan(concurrency: number): ReceivePlan {
  const full = Math.min(SQS_LIMITS.entries, concurrency);
  let streak = 0;
  return {
    next({ free, receiving, gathered }) {
      if (free <= 0) return 0;
      const receivers = Math.min(MAX_RECEIVERS, 2 ** Math.floor(streak / STREAK_PER_DOUBLING));
      if (receiving >= receivers) return 0;
      if (free >= full) return full;
      // Others will bring some; one more for a remainder is not worth a call.
      if (receiving > 0) return 0;
      return streak > 0 && !gathered ? 'gather' : free;
    },
    received(asked, count) {
      // SQS may return fewer than it has; half counts as full. A remainder that came back full says nothing new.
      if (count * 2 < asked || count === 0) streak = 0;
      else if (asked >= full) streak += 1;
    },
  };
}
