import { filtered, queue, topic } from '@twelvefold/backing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { bindings } from '../bindings.ts';
import { subscribesTo } from './subscribes-to.ts';

const schema = z.object({ kind: z.string() });
const events = topic('events', { schema, filters: ['kind'] });
const ordered = topic('ordered', { schema, fifo: { group: 'kind' } });
const backing = {
  events,
  ordered,
  others: topic('others', { schema }),
  audit: queue('audit', { schema, subscribe: [filtered(events, { kind: 'a' }), ordered] }),
};
const arn = (name: string, rest = 'eu-west-1:123456789012') => `arn:aws:sns:${rest}:${name}`;
const takes = (topicArn: string, env: Record<string, string> = {}, key = 'audit') =>
  subscribesTo(backing, key, topicArn, { bindings: bindings({ name: 'shop', backing }, 'test'), env });

describe('a topic that invokes a function', () => {
  it('is known by its physical name', () => {
    expect(takes(arn('shop-test-events'))).toBe(true);
    expect(takes(arn('shop-test-events', 'us-east-1:210987654321'))).toBe(true);
  });

  it.each([
    ['of another name', arn('shop-test-others')],
    ['of another stage', arn('shop-prod-events')],
    ['whose name only ends so', arn('my-shop-test-events')],
    ['that keeps order', arn('shop-test-ordered.fifo')],
    ['that is a subscription', arn('shop-test-events:0a1b')],
    ['that is no topic', 'arn:aws:sqs:eu-west-1:123456789012:shop-test-events'],
    ['without a name', ''],
  ])('%s is refused', (_name, topicArn) => expect(takes(topicArn)).toBe(false));

  it('is known by its ARN where the environment has it, whatever its name', () => {
    const env = { TWELVEFOLD_EVENTS_ARN: arn('legacy') };
    expect(takes(arn('legacy'), env)).toBe(true);
    expect(takes(arn('legacy', 'us-east-1:123456789012'), env)).toBe(false);
    expect(takes(arn('shop-test-events'), env)).toBe(false);
  });

  it('is subscribed to by queues alone', () => {
    expect(takes(arn('shop-test-events'), {}, 'others')).toBe(false);
    expect(takes(arn('shop-test-events'), {}, 'missing')).toBe(false);
  });
});
