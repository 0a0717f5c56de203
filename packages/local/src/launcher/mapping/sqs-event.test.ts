import { expect, test } from 'vitest';
import type { SqsRecord } from './sqs-event.ts';
import { failedRecords, splitBySize, sqsRecord } from './sqs-event.ts';

const source = { queueArn: 'arn:aws:sqs:eu-central-1:123456789012:orders', region: 'eu-central-1' };
const record = (id: string, body = 'x'): SqsRecord =>
  sqsRecord({ MessageId: id, ReceiptHandle: `handle-${id}`, Body: body, MD5OfBody: 'md5' }, source);
const batch = ['a', 'b', 'c'].map((id) => record(id));
const failed = (payload: unknown) =>
  failedRecords(payload, batch, ({ messageId }) => messageId).map(({ messageId }) => messageId);

test.each([
  [null],
  [undefined],
  [''],
  [{}],
  [{ other: 1 }],
  [{ batchItemFailures: null }],
  [{ batchItemFailures: [] }],
])('complete success: %j', (payload) => {
  expect(failed(payload)).toEqual([]);
});

test('exactly the messages that are named fail', () => {
  expect(failed({ batchItemFailures: [{ itemIdentifier: 'b' }] })).toEqual(['b']);
  expect(failed({ batchItemFailures: [{ itemIdentifier: 'c' }, { itemIdentifier: 'c' }] })).toEqual(['c']);
});

test.each([
  ['not json'],
  [[]],
  [7],
  [{ batchItemFailures: 'a' }],
  [{ batchItemFailures: [{ itemIdentifier: '' }] }],
  [{ batchItemFailures: [{ itemIdentifier: null }] }],
  [{ batchItemFailures: [{ itemIdentifer: 'a' }] }],
  [{ batchItemFailures: [null] }],
  [{ batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'unknown' }] }],
])('complete failure: %j', (payload) => {
  expect(failed(payload)).toEqual(['a', 'b', 'c']);
});

test('a batch beyond the limit becomes several events in order; what never fits stands alone', () => {
  const records = [
    record('a', 'x'.repeat(400)),
    record('b', 'ü'.repeat(200)),
    record('c', 'x'.repeat(2_000)),
    record('d'),
  ];
  const runs = splitBySize(records, 1_600);
  expect(runs.map((run) => run.map(({ messageId }) => messageId))).toEqual([['a', 'b'], ['c'], ['d']]);
  expect(splitBySize([], 1_000)).toEqual([]);
  for (const run of runs.filter(([first]) => first?.messageId !== 'c')) {
    expect(Buffer.byteLength(JSON.stringify({ Records: run }))).toBeLessThanOrEqual(1_600);
  }
});
