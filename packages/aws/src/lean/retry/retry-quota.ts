/** The SDK's numbers (its `StandardRetryStrategy`, release 3.1169). */
const CAPACITY = 500;
const COST = { transient: 14, throttled: 5 } as const;
const SUCCESS_RETURNS = 1;

/**
 * A bucket of tokens that retries are paid from, so that many clients of a service in trouble do
 * not multiply their calls.
 */
export interface RetryQuota {
  /** Pays for one retry; gives what was paid, or `undefined` when there is not enough left. */
  take(kind: keyof typeof COST): number | undefined;
  /** A call succeeded after paying `cost` for its last retry. */
  giveBack(cost: number | undefined): void;
}

export function createRetryQuota(): RetryQuota {
  let left = CAPACITY;
  return {
    take: (kind) => {
      const cost = COST[kind];
      if (left < cost) return undefined;
      left -= cost;
      return cost;
    },
    giveBack: (cost = SUCCESS_RETURNS) => {
      left = Math.min(CAPACITY, left + cost);
    },
  };
}
