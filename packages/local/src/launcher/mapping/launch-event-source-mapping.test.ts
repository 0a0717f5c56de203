import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AwsClient } from '../../client/aws-client.ts';
import { createAwsClient } from '../../client/aws-client.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';
import type { InvocationResult } from '../function/result.ts';
import type { EventSourceMapping, EventSourceMappingOptions } from './launch-event-source-mapping.ts';
import { launchEventSourceMapping } from './launch-event-source-mapping.ts';
import type { SqsRecord } from './sqs-event.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const VISIBILITY_MS = 30_000;
let aws: LocalAws;
let sqs: AwsClient;
let mappings: EventSourceMapping[] = [];

beforeEach(async () => {
  aws = await startLocalAws();
  sqs = createAwsClient({ endpoint: aws.url, region, credentials });
});

afterEach(async () => {
  await Promise.all(mappings.map((mapping) => mapping.stop()));
  mappings = [];
  await aws.close();
});

interface Queue {
  readonly url: string;
  readonly arn: string;
  send(...bodies: string[]): Promise<void>;
  /** Messages that are there, visible or not. */
  size(): Promise<number>;
  visible(): Promise<number>;
}

async function createQueue(name = 'orders', attributes: Record<string, string> = {}): Promise<Queue> {
  const { QueueUrl: url } = await sqs.json('sqs', 'CreateQueue', {
    QueueName: name,
    Attributes: { VisibilityTimeout: String(VISIBILITY_MS / 1_000), ...attributes },
  });
  const fifo = name.endsWith('.fifo');
  const count = async (...names: string[]) => {
    const answer = await sqs.json('sqs', 'GetQueueAttributes', { QueueUrl: url, AttributeNames: names });
    return Object.values(answer.Attributes as Record<string, string>).reduce((sum, value) => sum + Number(value), 0);
  };
  return {
    url: String(url),
    arn: `arn:aws:sqs:${region}:123456789012:${name}`,
    send: async (...bodies) => {
      for (const body of bodies) {
        const group = fifo ? { MessageGroupId: 'g', MessageDeduplicationId: body } : {};
        await sqs.json('sqs', 'SendMessage', { QueueUrl: url, MessageBody: body, ...group });
      }
    },
    size: () => count('ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'),
    visible: () => count('ApproximateNumberOfMessages'),
  };
}

type Answer = (records: readonly SqsRecord[]) => unknown;

/** A function that remembers its batches; what `answer` throws is the function's error. */
function createFunction(answer: Answer = () => null) {
  const batches: SqsRecord[][] = [];
  const invoke = async ({ Records }: { readonly Records: readonly SqsRecord[] }): Promise<InvocationResult> => {
    batches.push([...Records]);
    try {
      return { requestId: '1', payload: await answer(Records) };
    } catch (error) {
      return { requestId: '1', error: { errorType: 'Error', errorMessage: String(error), phase: 'invoke' } };
    }
  };
  return { invoke, batches, bodies: () => batches.map((batch) => batch.map(({ body }) => body)) };
}

function map(queue: Queue, options: Pick<EventSourceMappingOptions, 'fn'> & Partial<EventSourceMappingOptions>) {
  const { url: queueUrl, arn: queueArn } = queue;
  const mapping = launchEventSourceMapping({ queueUrl, queueArn, endpoint: aws.url, region, credentials, ...options });
  mappings.push(mapping);
  return mapping;
}

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 10 });
const untilEmpty = (queue: Queue) => eventually(async () => expect(await queue.size()).toBe(0));

test('records are shaped as Lambda shapes them', async () => {
  const queue = await createQueue();
  const fn = createFunction();
  await sqs.json('sqs', 'SendMessage', {
    QueueUrl: queue.url,
    MessageBody: 'Message Body',
    MessageAttributes: {
      text: { DataType: 'String', StringValue: 'ü' },
      number: { DataType: 'Number', StringValue: '123' },
      bytes: { DataType: 'Binary', BinaryValue: 'AAH/' },
    },
    MessageSystemAttributes: {
      AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c' },
    },
  });
  map(queue, { fn });
  await eventually(() => expect(fn.batches).toHaveLength(1));
  const lists = { stringListValues: [], binaryListValues: [] };
  expect(fn.batches[0]).toEqual([
    {
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'Message Body',
      attributes: {
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        AWSTraceHeader: 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c',
      },
      messageAttributes: {
        text: { stringValue: 'ü', dataType: 'String', ...lists },
        number: { stringValue: '123', dataType: 'Number', ...lists },
        bytes: { binaryValue: 'AAH/', dataType: 'Binary', ...lists },
      },
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfBody: createHash('md5').update('Message Body').digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:orders',
      awsRegion: 'eu-central-1',
    },
  ]);
  await untilEmpty(queue);
});

test('what the function took is deleted, in batches of the given size', async () => {
  const queue = await createQueue();
  await queue.send('1', '2', '3', '4', '5');
  const fn = createFunction();
  map(queue, { fn, batchSize: 2, maxConcurrency: 1 });
  await untilEmpty(queue);
  expect(fn.batches.every((batch) => batch.length <= 2)).toBe(true);
  expect(fn.bodies().flat().sort()).toEqual(['1', '2', '3', '4', '5']);
});

test('a function error deletes nothing: all come again when their visibility is over', async () => {
  const queue = await createQueue();
  await queue.send('1', '2');
  const errors: Error[] = [];
  const fn = createFunction((records) => {
    if (records.some(({ attributes }) => attributes.ApproximateReceiveCount === '1'))
      throw new Error('the table is locked');
  });
  map(queue, { fn, onError: (error) => errors.push(error) });
  await eventually(() => expect(fn.bodies().flat().sort()).toEqual(['1', '2']));
  await eventually(() => expect(errors).toHaveLength(fn.batches.length));
  expect(errors[0]?.message).toContain(`messages of ${queue.url}: Error: Error: the table is locked`);
  expect(await queue.size()).toBe(2);
  aws.clock.advance(VISIBILITY_MS);
  await untilEmpty(queue);
  expect(fn.bodies().flat().sort()).toEqual(['1', '1', '2', '2']);
});

test('of a partial failure only what failed comes again', async () => {
  const queue = await createQueue();
  await queue.send('good', 'bad', 'fine');
  const fn = createFunction((records) => ({
    batchItemFailures: records
      .filter(({ body, attributes }) => body === 'bad' && attributes.ApproximateReceiveCount === '1')
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  }));
  map(queue, { fn, reportBatchItemFailures: true });
  await eventually(async () => expect(await queue.size()).toBe(1));
  aws.clock.advance(VISIBILITY_MS);
  await untilEmpty(queue);
  expect(fn.bodies().flat().sort()).toEqual(['bad', 'bad', 'fine', 'good']);
});

test('an identifier that is not in the batch fails the whole batch', async () => {
  const queue = await createQueue();
  await queue.send('1');
  const fn = createFunction(() => ({ batchItemFailures: [{ itemIdentifier: 'unknown' }] }));
  const mapping = map(queue, { fn, reportBatchItemFailures: true });
  await eventually(() => expect(fn.batches).toHaveLength(1));
  await mapping.stop();
  expect(await queue.size()).toBe(1);
});

test('without ReportBatchItemFailures the response does not count', async () => {
  const queue = await createQueue();
  await queue.send('1');
  const fn = createFunction((records) => ({
    batchItemFailures: records.map((r) => ({ itemIdentifier: r.messageId })),
  }));
  map(queue, { fn });
  await untilEmpty(queue);
});

test('stop() waits for what is in flight, deletes it, and receives nothing after', async () => {
  const queue = await createQueue();
  await queue.send('1');
  const release = Promise.withResolvers<void>();
  const fn = createFunction(() => release.promise);
  const mapping = map(queue, { fn });
  await eventually(() => expect(fn.batches).toHaveLength(1));
  let stopped = false;
  const stopping = mapping.stop().then(() => {
    stopped = true;
  });
  await queue.send('2');
  expect(stopped).toBe(false);
  release.resolve();
  await stopping;
  expect(fn.bodies()).toEqual([['1']]);
  expect(await queue.size()).toBe(1);
});

test('a window gathers until the batch is full; stop() does not leave behind what was gathered', async () => {
  const queue = await createQueue();
  const fn = createFunction();
  const mapping = map(queue, { fn, batchSize: 3, batchingWindowMs: 300_000 });
  await queue.send('1', '2', '3', '4');
  await eventually(() => expect(fn.batches).toHaveLength(1));
  expect(fn.batches[0]).toHaveLength(3);
  await eventually(async () => expect(await queue.visible()).toBe(0));
  await mapping.stop();
  expect(fn.bodies().flat().sort()).toEqual(['1', '2', '3', '4']);
  expect(await queue.size()).toBe(0);
});

test('no more invocations overlap than allowed, and nothing is received ahead', async () => {
  const queue = await createQueue();
  await queue.send('1', '2', '3', '4', '5', '6');
  let running = 0;
  let most = 0;
  const releases: Array<() => void> = [];
  const fn = createFunction(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => releases.push(resolve));
    running -= 1;
  });
  map(queue, { fn, batchSize: 1, maxConcurrency: 2 });
  await eventually(() => expect(running).toBe(2));
  for (let done = 0; done < 6; done += 1) {
    await eventually(() => expect(releases.length).toBeGreaterThan(0));
    releases.shift()?.();
  }
  await untilEmpty(queue);
  expect(most).toBe(2);
});

test('the order of a FIFO group holds across a failure', async () => {
  const queue = await createQueue('orders.fifo', { FifoQueue: 'true' });
  await queue.send('1', '2', '3');
  const done: string[] = [];
  const fn = createFunction((records) => {
    if (fn.batches.length === 1) throw new Error('not yet');
    done.push(...records.map(({ body }) => body));
  });
  map(queue, { fn, batchSize: 2 });
  await eventually(() => expect(fn.batches).toHaveLength(1));
  aws.clock.advance(VISIBILITY_MS);
  await untilEmpty(queue);
  expect(done).toEqual(['1', '2', '3']);
});

test('an endpoint that is down is reported and waited for', async () => {
  const queue = await createQueue();
  const { port } = aws;
  await aws.close();
  const errors: Error[] = [];
  const fn = createFunction();
  map(queue, { fn, onError: (error) => errors.push(error) });
  await eventually(() => expect(errors.length).toBeGreaterThan(0));
  expect(errors[0]?.message).toMatch(/Cannot reach the AWS endpoint http:\/\/127\.0\.0\.1:\d+/);
  aws = await startLocalAws({ port });
  const again = await createQueue();
  await again.send('1');
  await untilEmpty(again);
  expect(fn.bodies()).toEqual([['1']]);
});

test('a batch size above ten needs a window, and unknown options are refused', async () => {
  const queue = await createQueue();
  const { invoke } = createFunction();
  expect(() => map(queue, { fn: { invoke }, batchSize: 11 })).toThrow(RangeError);
  expect(() => map(queue, { fn: { invoke }, size: 1 } as Parameters<typeof map>[1])).toThrow("unknown option 'size'");
});
