import { hash } from 'node:crypto';
import { TwelvefoldError } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { currentScope } from '@twelvefold/lifecycle';
import { describe, expect, it } from 'vitest';
import { DEAD_LETTER_URL, MAX_RECEIVES, ordersConsumer, QUEUE_URL, received } from '../../testing/orders-consumer.ts';
import { awsFailure } from '../../testing/sqs-model.ts';
import { Drop } from '../drop.ts';
import { Poison } from '../poison.ts';
import type { MessageInfo } from '../port.ts';
import { Retry } from '../retry.ts';

const fails = (error: unknown) =>
  ordersConsumer(async () => {
    throw error;
  });
const failing = async () => {
  throw new Error('x');
};
const visibilityCalls = (aws: { calls: Array<{ operation: string; input: { Entries?: unknown } }> }) =>
  aws.calls.filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch').map(({ input }) => input.Entries);

const ROOT = 'Root=1-5759e988-bd862e3fe1be46a994272793';

describe('a message that is handled', () => {
  it("reaches the handler as the schema's output, inside a separate scope", async () => {
    const seen: Array<{ message: unknown; info: MessageInfo; scope: Scope; current: Scope | undefined }> = [];
    const { consumer, emitted } = ordersConsumer(async (message, info, scope) => {
      seen.push({ message, info, scope, current: currentScope() });
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const message = received('{"n":7}', {
      attributes: { ApproximateReceiveCount: '3', SentTimestamp: '1520621625029', AWSTraceHeader: ROOT },
      messageAttributes: { correlationId: 'c-42', traceparent, correlationSampled: '1' },
    });
    expect(await consumer.handleBatch([message])).toEqual({ failedMessageIds: [] });
    const [{ message: order, info, scope, current } = {}] = seen;
    expect(order).toEqual({ n: 7, quantity: 1 });
    expect(info).toMatchObject({ messageId: 'm-1', receiveCount: 3, sentAtMs: 1_520_621_625_029 });
    expect(current).toBe(scope);
    expect(scope).toMatchObject({
      kind: 'message',
      component: 'orders',
      correlationId: 'c-42',
      trace: { traceparent, xray: ROOT },
      sampled: true,
    });
    expect(emitted('handled')).toMatchObject([{ messageId: 'm-1', correlationId: 'c-42', receiveCount: 3 }]);
  });

  it('leaves its scope to itself: what the consumer calls next belongs to no message', async () => {
    const { consumer, clock, aws, fill } = ordersConsumer(async () => {});
    const scopes: unknown[] = [];
    aws.before = () => void scopes.push(currentScope());
    fill(25);
    await consumer.start();
    await clock.advance(2_000);
    await consumer.drain();
    expect(aws.count('DeleteMessageBatch')).toBeGreaterThan(1);
    expect(scopes.filter((scope) => scope !== undefined)).toEqual([]);
  });

  it.each(['bad id with spaces', 'x'.repeat(129), ''])('gets a new correlation id for %j', async (correlationId) => {
    const ids: string[] = [];
    const { consumer } = ordersConsumer(async (_message, _info, scope) => void ids.push(scope.correlationId));
    await consumer.handleBatch([received('{"n":1}', { messageAttributes: { correlationId } })]);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('may come wrapped by SNS, with its attributes inside', async () => {
    const seen: unknown[] = [];
    const { consumer } = ordersConsumer(async (message, info, scope) => {
      seen.push([message, info.attributes, scope.correlationId]);
    });
    const envelope = {
      Type: 'Notification',
      MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
      TopicArn: 'arn:aws:sns:us-west-2:123456789012:order-events',
      Message: '{"n":3}',
      MessageAttributes: {
        correlationId: { Type: 'String', Value: 'c-9' },
        blob: { Type: 'Binary', Value: 'AAE=' },
      },
    };
    await consumer.handleBatch([received(JSON.stringify(envelope))]);
    expect(seen).toEqual([[{ n: 3, quantity: 1 }, { correlationId: 'c-9' }, 'c-9']]);
  });
});

describe('a message that can never be handled', () => {
  it('goes to the dead-letter queue as it is, with the reason, and counts as done', async () => {
    const { consumer, aws, emitted } = ordersConsumer(async () => {
      throw new Error('the handler must not see it');
    });
    const message = received('{"n":"secret-value"}', { messageAttributes: { correlationId: 'c-1', tenant: 't-1' } });
    expect(await consumer.handleBatch([message])).toEqual({ failedMessageIds: [] });
    const [dead] = aws.queue(DEAD_LETTER_URL);
    expect(dead?.body).toBe(message.body);
    expect(dead?.attributes).toMatchObject({
      sourceQueue: { StringValue: 'orders-test-orders' },
      correlationId: { StringValue: 'c-1' },
      tenant: { StringValue: 't-1' },
      errorFingerprint: { StringValue: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect(dead?.attributes.reason?.StringValue).toContain('n: ');
    expect(JSON.stringify(dead?.attributes)).not.toContain('secret-value');
    expect(emitted('poisoned')).toMatchObject([{ moved: true, correlationId: 'c-1' }]);
    expect(aws.calls.map(({ component }) => component)).toEqual(['orders']);
  });

  it('is not JSON: the reason does not quote it', async () => {
    const { consumer, aws } = ordersConsumer(async () => {});
    expect(await consumer.handleBatch([received('hunter2')])).toEqual({ failedMessageIds: [] });
    const [dead] = aws.queue(DEAD_LETTER_URL);
    expect(dead?.attributes.reason?.StringValue).toBe('(message): body is not JSON');
    expect(dead?.body).toBe('hunter2');
  });

  it('has one fingerprint for failures of one kind, whatever the ids in it', async () => {
    const reasons = ['order 4711 unknown', 'order 12 unknown', 'customer 12 unknown'];
    const { consumer, emitted } = ordersConsumer(async ({ n }) => {
      throw new Poison(reasons[n] ?? '');
    });
    await consumer.handleBatch([0, 1, 2].map((n) => received(`{"n":${n}}`, { messageId: `m-${n}` })));
    const [first, second, third] = emitted('poisoned').map(({ fingerprint }) => fingerprint);
    expect(first).toBe(second);
    expect(first).not.toBe(third);
  });

  it('keeps the reason within bounds, in characters that SQS takes, and at most ten attributes', async () => {
    const { consumer, aws } = fails(new Poison(`bad\u0000${'x'.repeat(5_000)}`));
    const messageAttributes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`a${index}`, 'v']));
    await consumer.handleBatch([received('{"n":1}', { messageAttributes })]);
    const attributes = aws.queue(DEAD_LETTER_URL)[0]?.attributes ?? {};
    const reason = attributes.reason?.StringValue ?? '';
    expect(reason).toHaveLength(1_024);
    expect(reason.startsWith('bad\ufffdxxx')).toBe(true);
    expect(Object.keys(attributes)).toHaveLength(10);
    expect(Object.keys(attributes)).toContain('sourceQueue');
  });

  it.each([
    ['as ReceiveMessage gives them', { DataType: 'Number', StringValue: '7' }, new Uint8Array([0, 255])],
    ['as a Lambda record has them', { dataType: 'Number', stringValue: '7' }, 'AP8='],
  ] as const)("keeps the types of the sender's attributes, %s", async (_, count, bytes) => {
    const { consumer, aws } = fails(new Poison('no'));
    const picture =
      typeof bytes === 'string'
        ? { dataType: 'Binary.png', binaryValue: bytes }
        : { DataType: 'Binary.png', BinaryValue: bytes };
    const typedAttributes = { count, picture, correlationId: { DataType: 'String', StringValue: 'c-1' } };
    const messageAttributes = { count: '7', correlationId: 'c-1' };
    await consumer.handleBatch([received('{"n":1}', { messageAttributes, typedAttributes })]);
    const { count: number, picture: binary, correlationId } = aws.queue(DEAD_LETTER_URL)[0]?.attributes ?? {};
    expect(number).toEqual({ DataType: 'Number', StringValue: '7' });
    expect(binary?.DataType).toBe('Binary.png');
    expect([...(binary?.BinaryValue ?? [])]).toEqual([0, 255]);
    expect(correlationId).toEqual({ DataType: 'String', StringValue: 'c-1' });
  });

  it.each([
    [0, 'none'],
    [100, 'none'],
    [300, 'a part'],
    [2_000, 'all'],
  ])('fits into 1 MiB when it leaves %i bytes: %s of the note goes along', async (room, part) => {
    const { consumer, aws } = fails(new Poison(`ä${'€'.repeat(200)}`));
    const body = `{"n":1,"x":"${'x'.repeat(1_048_576 - room - 14)}"}`;
    expect(await consumer.handleBatch([received(body)])).toEqual({ failedMessageIds: [] });
    const [dead] = aws.queue(DEAD_LETTER_URL);
    const bytes = Object.entries(dead?.attributes ?? {}).reduce(
      (sum, [name, { DataType = '', StringValue = '' }]) => sum + Buffer.byteLength(name + DataType + StringValue),
      body.length,
    );
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    if (part === 'none') expect(dead?.attributes).toEqual({});
    else expect(dead?.attributes.reason?.StringValue).toMatch(part === 'all' ? /^ä€{200}$/ : /^ä€{10,150}$/);
  });

  it('is left to the redrive of SQS when there is no dead-letter queue', async () => {
    const { consumer, aws, emitted } = ordersConsumer(async () => {}, { deadLetterUrl: undefined });
    expect(await consumer.handleBatch([received('nope')])).toEqual({ failedMessageIds: ['m-1'] });
    expect(aws.calls).toHaveLength(0);
    expect(emitted('poisoned')).toMatchObject([{ moved: false }]);
  });

  it('is left to the redrive of SQS when it cannot be moved', async () => {
    const { consumer, aws, emitted } = ordersConsumer(async () => {});
    aws.before = ({ operation }) => (operation === 'SendMessage' ? awsFailure('AccessDenied', false) : undefined);
    expect(await consumer.handleBatch([received('nope')])).toEqual({ failedMessageIds: ['m-1'] });
    expect(emitted('poisoned')).toMatchObject([{ moved: false, error: { awsCode: 'AccessDenied' } }]);
  });
});

describe('a message that failed', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [8, 64],
    [40, 450],
  ])('after receive %i comes again after %i s at least', async (receiveCount, seconds) => {
    const { consumer, aws, emitted } = fails(new Error('database is down'));
    const attributes = { ApproximateReceiveCount: String(receiveCount) };
    expect(await consumer.handleBatch([received('{"n":1}', { attributes })])).toEqual({ failedMessageIds: ['m-1'] });
    expect(visibilityCalls(aws)).toEqual([[{ Id: '0', ReceiptHandle: 'r-1', VisibilityTimeout: seconds }]]);
    expect(emitted('retried')).toMatchObject([{ error: { message: 'database is down' }, receiveCount }]);
  });

  it('spreads by jitter: twice as long with the greatest random', async () => {
    const { consumer, aws } = ordersConsumer(
      async () => {
        throw new Error('x');
      },
      { random: () => 0.999_999 },
    );
    await consumer.handleBatch([received('{"n":1}', { attributes: { ApproximateReceiveCount: '8' } })]);
    expect(visibilityCalls(aws)).toMatchObject([[{ VisibilityTimeout: 128 }]]);
  });

  it('comes again when the handler says', async () => {
    const { consumer, aws } = fails(new Retry('90s'));
    await consumer.handleBatch([received('{"n":1}')]);
    expect(visibilityCalls(aws)).toMatchObject([[{ VisibilityTimeout: 90 }]]);
  });

  it('never asks for more than the 12 hours that SQS allows in total', async () => {
    const { consumer, aws } = fails(new Retry('3d'));
    await consumer.handleBatch([received('{"n":1}')]);
    expect(visibilityCalls(aws)).toMatchObject([[{ VisibilityTimeout: 43_200 - 1_200 }]]);
  });

  it('is still reported when its next delivery cannot be timed', async () => {
    const { consumer, aws, emitted } = fails(new Error('x'));
    aws.before = () => awsFailure('InternalError', true);
    expect(await consumer.handleBatch([received('{"n":1}')])).toEqual({ failedMessageIds: ['m-1'] });
    expect(emitted('visibilityFailed')).toHaveLength(1);
  });

  it('is done when it is dropped', async () => {
    const { consumer, aws, emitted } = fails(new Drop('cancelled meanwhile'));
    expect(await consumer.handleBatch([received('{"n":1}')])).toEqual({ failedMessageIds: [] });
    expect(aws.calls).toHaveLength(0);
    expect(emitted('dropped')).toMatchObject([{ reason: 'cancelled meanwhile' }]);
  });

  it('is not done when something that hangs on the end of its scope fails', async () => {
    const { consumer } = ordersConsumer(async (_message, _info, scope) => {
      scope.onEnd(() => {
        throw new Error('flush failed');
      });
    });
    expect(await consumer.handleBatch([received('{"n":1}')])).toEqual({ failedMessageIds: ['m-1'] });
  });
});

describe('a message at its last receive', () => {
  const attributes = { ApproximateReceiveCount: String(MAX_RECEIVES), MessageGroupId: 'g' };
  const last = (overrides: object = {}) =>
    received('{"n":1}', { attributes, messageAttributes: { correlationId: 'c-1', tenant: 't-1' }, ...overrides });

  it('goes to the dead-letter queue when it fails, with the kind of its failure and none of its text', async () => {
    const { consumer, aws, emitted } = fails(new RangeError('order 4711 of hunter2 is too large'));
    expect(await consumer.handleBatch([last()])).toEqual({ failedMessageIds: [] });
    const [dead] = aws.queue(DEAD_LETTER_URL);
    expect(dead?.body).toBe('{"n":1}');
    expect(dead?.attributes).toMatchObject({
      reason: { StringValue: 'its last receive failed: RangeError' },
      sourceQueue: { StringValue: 'orders-test-orders' },
      correlationId: { StringValue: 'c-1' },
      tenant: { StringValue: 't-1' },
    });
    expect(JSON.stringify(dead?.attributes)).not.toMatch(/4711|hunter2/);
    const { fingerprint = '' } = emitted('exhausted')[0] ?? {};
    expect(dead?.attributes.errorFingerprint?.StringValue).toBe(fingerprint);
    expect(emitted('exhausted')).toMatchObject([{ error: { name: 'RangeError' }, receiveCount: MAX_RECEIVES }]);
    expect(emitted('retried')).toEqual([]);
    // One kind, whatever the order.
    const other = fails(new RangeError('order 12 of hunter2 is too large'));
    await other.consumer.handleBatch([last()]);
    expect(other.emitted('exhausted')[0]?.fingerprint).toBe(fingerprint);
    const others = fails(new RangeError('nothing of the sort'));
    await others.consumer.handleBatch([last()]);
    expect(others.emitted('exhausted')[0]?.fingerprint).not.toBe(fingerprint);
  });

  it.each([
    ['a code', Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'Error ECONNRESET'],
    ['the cause of a Retry', new Retry('1s', { cause: new TypeError('x') }), 'TypeError'],
    ['a value that is not an error', 'hunter2', 'string'],
  ])('names %s', async (_case, error, kind) => {
    const { consumer, emitted } = fails(error);
    await consumer.handleBatch([last()]);
    expect(emitted('exhausted')).toMatchObject([{ reason: `its last receive failed: ${kind}` }]);
  });

  it.each([
    ['it only asks to come later', fails(new Retry('5s'))],
    ['its turn was lost to another delivery', fails(new TwelvefoldError('ATTEMPT_LOST', 'another attempt has begun'))],
    ['there is no dead-letter queue', ordersConsumer(failing, { deadLetterUrl: undefined })],
    ['its queue allows one more', fails(new Error('x')), MAX_RECEIVES - 1],
  ])('is left to SQS when %s', async (_case, { consumer, aws, emitted }, receives = MAX_RECEIVES) => {
    const message = last({ attributes: { ...attributes, ApproximateReceiveCount: String(receives) } });
    expect(await consumer.handleBatch([message])).toEqual({ failedMessageIds: ['m-1'] });
    expect(aws.count('SendMessage')).toBe(0);
    expect(emitted('retried')).toHaveLength(1);
  });

  it('is left to SQS, which says nothing of why, when it was interrupted and not failed', async () => {
    const stop = new AbortController();
    const { consumer, aws, emitted } = ordersConsumer(async (_message, _info, scope) => {
      stop.abort();
      scope.signal.throwIfAborted();
    });
    const result = await consumer.handleBatch([last()], { signal: stop.signal });
    expect(result).toEqual({ failedMessageIds: ['m-1'] });
    expect(aws.queue(DEAD_LETTER_URL)).toHaveLength(0);
    expect(emitted('retried')).toMatchObject([{ delayMs: 0 }]);
  });

  it('comes again when it could not be moved', async () => {
    const { consumer, aws, emitted } = fails(new Error('x'));
    aws.before = ({ operation }) => (operation === 'SendMessage' ? awsFailure('InternalError', true) : undefined);
    expect(await consumer.handleBatch([last()])).toEqual({ failedMessageIds: ['m-1'] });
    expect(emitted('retried')).toHaveLength(1);
  });
});

it('leaves a message whose body was damaged on its way', async () => {
  const handled: number[] = [];
  const { consumer, aws, emitted } = ordersConsumer(async ({ n }) => void handled.push(n));
  const intact = received('{"n":1}', { md5OfBody: hash('md5', '{"n":1}', 'hex') });
  const damaged = received('{"n":2}', { messageId: 'm-2', md5OfBody: hash('md5', '{"n":1}', 'hex') });
  expect(await consumer.handleBatch([intact, damaged])).toEqual({ failedMessageIds: ['m-2'] });
  expect(handled).toEqual([1]);
  expect(aws.queue(DEAD_LETTER_URL)).toHaveLength(0);
  expect(emitted('corrupted')).toMatchObject([{ messageId: 'm-2' }]);
});

it('is not impressed by a listener that throws', async () => {
  const { consumer, aws, events } = ordersConsumer(async () => {});
  events.push = () => {
    throw new Error('logger is broken');
  };
  aws.put(QUEUE_URL, '{"n":1}');
  expect(await consumer.handleBatch([received('{"n":1}')])).toEqual({ failedMessageIds: [] });
});

it('recognizes the failure classes of another copy of this package', () => {
  const other = Object.assign(new Error('x'), { code: 'MESSAGE_RETRY', [Symbol.for('twelvefold.error')]: true });
  expect(Retry.isInstance(other)).toBe(true);
  expect(Poison.isInstance(other)).toBe(false);
  expect(Drop.isInstance(new Drop('x'))).toBe(true);
});
