import type { Subscription, Topic } from './topic.ts';

/** How often and when a delivery over HTTP is retried; times in seconds. */
interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: 'linear' | 'arithmetic' | 'geometric' | 'exponential';
}

/** The delivery policy of a subscription or a topic. */
interface DeliveryPolicy {
  readonly retry: RetryPolicy;
  readonly contentType: string;
}

/** "Creating an HTTP/S delivery policy": what SNS does without one. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};
export const DEFAULT_CONTENT_TYPE = 'text/plain; charset=UTF-8';

const DEFAULT_POLICY: DeliveryPolicy = { retry: DEFAULT_RETRY_POLICY, contentType: DEFAULT_CONTENT_TYPE };

const MAX_RETRIES = 100;
/** "The total policy retry time for an HTTP/S endpoint cannot be greater than 3,600 seconds." */
const MAX_TOTAL_SECONDS = 3600;
const BACKOFF: Record<RetryPolicy['backoffFunction'], (from: number, to: number, part: number) => number> = {
  linear: (from, to, part) => from + (to - from) * part,
  arithmetic: (from, to, part) => from + (to - from) * part * part,
  geometric: (from, to, part) => from * (to / from) ** part,
  exponential: (from, to, part) => from + ((to - from) * (2 ** (part * 10) - 1)) / 1023,
};

/**
 * Milliseconds before each retry: at once, then far apart by the least, then growing, then by the
 * most. AWS tells no formula for the growth.
 */
export function retryDelays(policy: RetryPolicy): number[] {
  const { minDelayTarget: least, maxDelayTarget: most } = policy;
  const growing = Math.max(
    0,
    policy.numRetries - policy.numNoDelayRetries - policy.numMinDelayRetries - policy.numMaxDelayRetries,
  );
  const grow = BACKOFF[policy.backoffFunction];
  const seconds = [
    ...Array.from({ length: policy.numNoDelayRetries }, () => 0),
    ...Array.from({ length: policy.numMinDelayRetries }, () => least),
    ...Array.from({ length: growing }, (_, index) => grow(least, most, growing === 1 ? 0 : index / (growing - 1))),
    ...Array.from({ length: policy.numMaxDelayRetries }, () => most),
  ];
  return seconds.slice(0, policy.numRetries).map((delay) => Math.round(delay * 1000));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readRetryPolicy(given: unknown, base: RetryPolicy): RetryPolicy {
  if (given === undefined) return base;
  if (!isObject(given)) throw new Error('healthyRetryPolicy must be an object');
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(DEFAULT_RETRY_POLICY, name));
  if (unknown !== undefined) throw new Error(`Unexpected JSON member: ${unknown}`);
  const backoff = given.backoffFunction ?? base.backoffFunction;
  if (typeof backoff !== 'string' || !Object.hasOwn(BACKOFF, backoff)) throw new Error('Unexpected backoffFunction');
  const number = (name: Exclude<keyof RetryPolicy, 'backoffFunction'>, min: number, max: number): number => {
    const value = given[name] ?? base[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new Error(`${name} must be a whole number from ${min} to ${max}`);
  };
  const policy: RetryPolicy = {
    minDelayTarget: number('minDelayTarget', 1, MAX_TOTAL_SECONDS),
    maxDelayTarget: number('maxDelayTarget', 1, MAX_TOTAL_SECONDS),
    numRetries: number('numRetries', 0, MAX_RETRIES),
    numMaxDelayRetries: number('numMaxDelayRetries', 0, MAX_RETRIES),
    numNoDelayRetries: number('numNoDelayRetries', 0, MAX_RETRIES),
    numMinDelayRetries: number('numMinDelayRetries', 0, MAX_RETRIES),
    backoffFunction: backoff as RetryPolicy['backoffFunction'], // one of BACKOFF's names
  };
  if (policy.maxDelayTarget < policy.minDelayTarget) throw new Error('maxDelayTarget must be at least minDelayTarget');
  const phases = policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries;
  if (phases > policy.numRetries) throw new Error('numRetries must be at least the retries of all phases together');
  if (retryDelays(policy).reduce((sum, delay) => sum + delay, 0) > MAX_TOTAL_SECONDS * 1000) {
    throw new Error(`the retries must take at most ${MAX_TOTAL_SECONDS} seconds in all`);
  }
  return policy;
}

/**
 * The policy of a subscription, or the `http` part of a topic's; absent members come from `base`.
 *
 * @throws Error with the fault
 */
export function parseDeliveryPolicy(
  text: string,
  of: 'subscription' | 'topic',
  base: DeliveryPolicy = DEFAULT_POLICY,
): DeliveryPolicy {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new Error('failed to parse JSON.');
  }
  const part = of === 'topic' && isObject(policy) ? (policy.http ?? {}) : policy;
  if (!isObject(part)) throw new Error('DeliveryPolicy is not an object');
  const request = part[of === 'topic' ? 'defaultRequestPolicy' : 'requestPolicy'];
  const contentType = isObject(request) ? (request.headerContentType ?? base.contentType) : base.contentType;
  if (typeof contentType !== 'string' || !/^[\x21-\x7e][\x20-\x7e]*$/.test(contentType)) {
    throw new Error('headerContentType must be a media type');
  }
  return {
    retry: readRetryPolicy(part[of === 'topic' ? 'defaultHealthyRetryPolicy' : 'healthyRetryPolicy'], base.retry),
    contentType,
  };
}

/**
 * Member by member: the subscription's policy, else its topic's, else SNS's default (recorded on
 * AWS).
 */
export function effectiveDeliveryPolicy(topic: Topic, { attributes }: Subscription): DeliveryPolicy {
  const general = topic.attributes.get('DeliveryPolicy') || '{}';
  const base = parseDeliveryPolicy(general, 'topic');
  const override = attributes.get('DeliveryPolicy');
  return override === undefined ? base : parseDeliveryPolicy(override, 'subscription', base);
}
