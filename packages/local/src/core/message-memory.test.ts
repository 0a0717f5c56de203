import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createMessageMemory, KEPT_BODY } from './message-memory.ts';

const message = (messageId: string, more: { receiveCount?: number; body?: string } = {}) => ({
  queueArn: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  messageId,
  body: '{}',
  attributes: { correlationId: 'c-1' },
  receiveCount: 1,
  receivedAtMs: 5,
  ...more,
});
const { queueArn } = message('m');

it('keeps a message with its last receive and its end', () => {
  const memory = createMessageMemory();
  memory.received(message('m-1'));
  memory.received(message('m-2'));
  memory.received(message('m-1', { receiveCount: 2 }));
  memory.deleted(queueArn, 'm-1', 9);
  memory.deleted(queueArn, 'never-received', 9);
  memory.deleted('arn:aws:sqs:eu-west-1:123456789012:other', 'm-2', 9);
  const found = memory.withAttribute('correlationId', 'c-1');
  expect(found.map(({ messageId, receiveCount, deletedAtMs }) => [messageId, receiveCount, deletedAtMs])).toEqual([
    ['m-2', 1, undefined],
    ['m-1', 2, 9],
  ]);
  expect(memory.withAttribute('correlationId', 'c-2')).toEqual([]);
  memory.clear();
  expect(memory.withAttribute('correlationId', 'c-1')).toEqual([]);
});

it('forgets the oldest, and cuts long bodies', () => {
  const memory = createMessageMemory(2);
  for (const id of ['m-1', 'm-2', 'm-3']) memory.received(message(id, { body: 'x'.repeat(KEPT_BODY + 1) }));
  const found = memory.withAttribute('correlationId', 'c-1');
  expect(found.map(({ messageId }) => messageId)).toEqual(['m-2', 'm-3']);
  expect(found[0]).toMatchObject({ body: 'x'.repeat(KEPT_BODY), bodyLength: KEPT_BODY + 1 });
});

it('keeps nothing of what it cuts', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const usedMb = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  const memory = createMessageMemory();
  const before = usedMb();
  for (let index = 0; index < 100; index += 1) {
    const long = JSON.stringify({ body: 'x'.repeat(500_000), trace: 'y'.repeat(500_000) });
    const { body, trace } = JSON.parse(long) as { body: string; trace: string };
    memory.received({ ...message(`m-${index}`, { body }), attributes: { correlationId: 'c-1', trace } });
  }
  const keptMb = usedMb() - before;
  expect(memory.withAttribute('correlationId', 'c-1')).toHaveLength(100);
  // All of it is 100 MB; the beginnings are 3.3 MB.
  expect(keptMb).toBeLessThan(30);
});
