import { SQS_LIMITS } from '../sqs-limits.ts';

interface ReceiveState {
  /** Handlers that could start now, without those that the receives in flight may need. */
  free: number;
  /** Receives in flight. */
  receiving: number;
  /** Handlers have had time to end. */
  gathered: boolean;
}

export interface ReceivePlan {
  /** Messages to ask for now: 0 for none, `gather` to wait until one receive can bring more. */
  next(state: ReceiveState): number | 'gather';
  /** Records how many messages a receive brought. */
  received(requested: number, count: number): void;
}

/**
 * Full receives in a row per doubling of the receivers: a backlog of 1,000 messages costs at most
 * two receives that find nothing, and a backlog of 2,560 gets 16 receivers.
 */
const STREAK_PER_DOUBLING = 64;
const MAX_RECEIVERS = 32;

/**
 * Decides when to receive and how many messages. An idle queue gets one long poll. While receives
 * come back full the backlog is deep: then calls and throughput matter more than latency, so each
 * receive asks for ten and their number grows.
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
      // The receives in flight will bring some; a remainder is not worth a call.
      if (receiving > 0) return 0;
      return streak > 0 && !gathered ? 'gather' : free;
    },
    received(requested, count) {
      // SQS may return fewer than it has: half counts as full. A full remainder proves nothing.
      if (count * 2 < requested || count === 0) streak = 0;
      else if (requested >= full) streak += 1;
    },
  };
}
