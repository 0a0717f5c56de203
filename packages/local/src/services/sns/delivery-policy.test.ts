import { describe, expect, it } from 'vitest';
import { parseDeliveryPolicy, retryDelays } from './delivery-policy.ts';

const delays = (healthyRetryPolicy: Record<string, unknown>) =>
  retryDelays(parseDeliveryPolicy(JSON.stringify({ healthyRetryPolicy }), 'subscription').retry);

describe('a delivery policy', () => {
  it('is three retries 20 seconds apart by itself', () => {
    expect(delays({})).toEqual([20_000, 20_000, 20_000]);
  });

  it.each([
    ['linear', [1000, 4000, 7000, 10_000]],
    ['arithmetic', [1000, 2000, 5000, 10_000]],
    ['geometric', [1000, 2154, 4642, 10_000]],
    ['exponential', [1000, 1080, 1885, 10_000]],
  ])('goes through its phases, growing %s', (backoffFunction, growing) => {
    const policy = {
      minDelayTarget: 1,
      maxDelayTarget: 10,
      numRetries: 8,
      numNoDelayRetries: 1,
      numMinDelayRetries: 1,
      numMaxDelayRetries: 2,
      backoffFunction,
    };
    expect(delays(policy)).toEqual([0, 1000, ...growing, 10_000, 10_000]);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['101 retries', '{"healthyRetryPolicy":{"numRetries":101}}'],
    ['a fraction', '{"healthyRetryPolicy":{"numRetries":1.5}}'],
    ['an unknown member', '{"healthyRetryPolicy":{"retries":1}}'],
    ['an unknown backoff', '{"healthyRetryPolicy":{"backoffFunction":"toString"}}'],
    ['a most below the least', '{"healthyRetryPolicy":{"minDelayTarget":10,"maxDelayTarget":5}}'],
    ['more than an hour', '{"healthyRetryPolicy":{"minDelayTarget":600,"maxDelayTarget":600,"numRetries":7}}'],
    ['phases beyond all retries', '{"healthyRetryPolicy":{"numNoDelayRetries":4}}'],
    ['a content type of two lines', '{"requestPolicy":{"headerContentType":"a\\nb"}}'],
  ])('is refused with %s', (_what, text) => {
    expect(() => parseDeliveryPolicy(text, 'subscription')).toThrow();
  });

  it('of a topic stands under http', () => {
    const topic = {
      http: {
        defaultHealthyRetryPolicy: { numRetries: 1, minDelayTarget: 5, maxDelayTarget: 5 },
        defaultRequestPolicy: { headerContentType: 'application/json' },
      },
    };
    const { retry, contentType } = parseDeliveryPolicy(JSON.stringify(topic), 'topic');
    expect([retryDelays(retry), contentType]).toEqual([[5000], 'application/json']);
  });
});
