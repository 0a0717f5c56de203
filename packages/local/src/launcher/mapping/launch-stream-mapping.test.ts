import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AwsClient } from '../../client/aws-client.ts';
import { createAwsClient } from '../../client/aws-client.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';
import type { InvocationResult } from '../function/result.ts';
import type { EventSourceMapping } from './launch-event-source-mapping.ts';
import type { StreamMappingOptions } from './launch-stream-mapping.ts';
import { launchStreamMapping } from './launch-stream-mapping.ts';
import type { StreamRecord } from './stream-reader.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let aws: LocalAws;
let client: AwsClient;
let streamArn: string;
let mappings: EventSourceMapping[] = [];

beforeEach(async () => {
  aws = await startLocalAws();
  client = createAwsClient({ endpoint: aws.url, region, credentials });
  const { TableDescription } = await client.json('dynamodb', 'CreateTable', {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    Tags: [{ Key: 'twelvefold:ttl-lag-seconds', Value: '0' }],
  });
  streamArn = (TableDescription as { LatestStreamArn: string }).LatestStreamArn; // asked for above
});

afterEach(async () => {
  await Promise.all(mappings.map((mapping) => mapping.stop()));
  mappings = [];
  await aws.close();
});

async function put(...ids: string[]): Promise<void> {
  for (const id of ids) await client.json('dynamodb', 'PutItem', { TableName: 'orders', Item: { id: { S: id } } });
}

const idOf = ({ dynamodb }: StreamRecord) => (dynamodb.Keys.id as { S: string }).S; // the table's key
const failureOf = (record: StreamRecord | undefined) => ({
  batchItemFailures: [{ itemIdentifier: record?.dynamodb.SequenceNumber }],
});

/** A function that remembers its batches; what `answer` throws is the function's error. */
function createFunction(answer: (records: readonly StreamRecord[], batch: number) => unknown = () => null) {
  const batches: StreamRecord[][] = [];
  const invoke = async ({ Records }: { readonly Records: readonly StreamRecord[] }): Promise<InvocationResult> => {
    batches.push([...Records]);
    try {
      return { requestId: '1', payload: await answer(Records, batches.length) };
    } catch (error) {
      return { requestId: '1', error: { errorType: 'Error', errorMessage: String(error), phase: 'invoke' } };
    }
  };
  return { invoke, batches, ids: () => batches.map((batch) => batch.map(idOf)) };
}

function map(options: Pick<StreamMappingOptions, 'fn'> & Partial<StreamMappingOptions>) {
  const mapping = launchStreamMapping({ streamArn, endpoint: aws.url, region, credentials, ...options });
  mappings.push(mapping);
  return mapping;
}

const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 60_000, interval: 10 });

test('a function gets changes in order, in the shape that Lambda gives them', async () => {
  const fn = createFunction();
  await put('1', '2', '3');
  map({ fn, batchSize: 2 });
  await eventually(() => expect(fn.ids()).toEqual([['1', '2'], ['3']]));
  await put('4');
  await eventually(() => expect(fn.ids().at(-1)).toEqual(['4']));
  expect(fn.batches[0]?.[0]).toEqual({
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Number),
      Keys: { id: { S: '1' } },
      NewImage: { id: { S: '1' } },
      SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
      SizeBytes: 6,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventSourceARN: streamArn,
  });
});

test('what time to live deletes says so', async () => {
  const fn = createFunction();
  const until = Math.floor(aws.clock.now() / 1_000) + 60;
  const TimeToLiveSpecification = { AttributeName: 'until', Enabled: true };
  await client.json('dynamodb', 'UpdateTimeToLive', { TableName: 'orders', TimeToLiveSpecification });
  const Item = { id: { S: '1' }, until: { N: String(until) } };
  await client.json('dynamodb', 'PutItem', { TableName: 'orders', Item });
  map({ fn });
  aws.clock.advance(60_000);
  await eventually(() => expect(fn.batches.flat()).toHaveLength(2));
  expect(fn.batches.flat()[1]).toMatchObject({
    eventName: 'REMOVE',
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    dynamodb: { OldImage: Item },
  });
});

test('LATEST leaves out what was there before', async () => {
  await put('old');
  const fn = createFunction();
  map({ fn, startingPosition: 'LATEST' });
  await eventually(() => expect(aws.calls().some(({ operation }) => operation === 'GetRecords')).toBe(true));
  await put('new');
  await eventually(() => expect(fn.ids()).toEqual([['new']]));
});

test('a window gathers a batch', async () => {
  const fn = createFunction();
  map({ fn, batchSize: 3, batchingWindowMs: 60_000 });
  await put('1', '2', '3');
  await eventually(() => expect(fn.ids()).toEqual([['1', '2', '3']]));
});

test.each([4, 30])('reading goes on in the next shard, %i hours later', async (hours) => {
  const fn = createFunction();
  map({ fn });
  await put('1');
  await eventually(() => expect(fn.ids()).toEqual([['1']]));
  aws.clock.advance(hours * 60 * 60 * 1_000);
  await put('2');
  await eventually(() => expect(fn.ids()).toEqual([['1'], ['2']]));
});

describe('a batch that fails', () => {
  test('comes again, whole, before what follows', async () => {
    const fn = createFunction((_records, batch) => {
      if (batch < 3) throw new Error('not yet');
    });
    const errors: Error[] = [];
    await put('1', '2', '3');
    map({ fn, batchSize: 2, onError: (error) => errors.push(error) });
    await eventually(() => expect(fn.ids()).toEqual([['1', '2'], ['1', '2'], ['1', '2'], ['3']]));
    expect(errors[0]?.message).toBe(`Cannot work off 2 records of ${streamArn}: Error: Error: not yet`);
  });

  test('comes again from the first failure that is reported', async () => {
    const fn = createFunction((records, batch) => (batch === 1 ? failureOf(records[1]) : null));
    await put('1', '2', '3');
    map({ fn, reportBatchItemFailures: true });
    await eventually(() =>
      expect(fn.ids()).toEqual([
        ['1', '2', '3'],
        ['2', '3'],
      ]),
    );
  });

  test('is given up after as many retries as allowed', async () => {
    const discarded: string[][] = [];
    const fn = createFunction((records) => {
      if (records.some((record) => idOf(record) === '1')) throw new Error('never');
    });
    await put('1', '2', '3');
    map({ fn, batchSize: 2, maxRetries: 1, onDiscard: (records) => discarded.push(records.map(idOf)) });
    await eventually(() => expect(fn.ids()).toEqual([['1', '2'], ['1', '2'], ['3']]));
    expect(discarded).toEqual([['1', '2']]);
  });

  test('is halved until the bad record stands alone', async () => {
    const discarded: string[][] = [];
    const done: string[] = [];
    const fn = createFunction((records) => {
      if (records.some((record) => idOf(record) === '3')) throw new Error('bad');
      done.push(...records.map(idOf));
    });
    await put('1', '2', '3', '4', '5');
    map({ fn, bisectOnError: true, maxRetries: 0, onDiscard: (records) => discarded.push(records.map(idOf)) });
    await eventually(() => expect(done).toEqual(['1', '2', '4', '5']));
    expect(discarded).toEqual([['3']]);
  });
});

test('an endpoint that is down is reported and waited for, and nothing is lost', async () => {
  const fn = createFunction();
  const errors: Error[] = [];
  await put('1');
  aws.faults.add({ service: 'dynamodbstreams', kind: 'error500', times: 8 });
  map({ fn, onError: (error) => errors.push(error) });
  await eventually(() => expect(errors.length).toBeGreaterThan(0));
  await eventually(() => expect(fn.ids()).toEqual([['1']]));
});

test('a batch size that Lambda refuses is refused, and so are unknown options', () => {
  const { invoke } = createFunction();
  expect(() => map({ fn: { invoke }, batchSize: 10_001 })).toThrow(RangeError);
  expect(() => map({ fn: { invoke }, size: 1 } as Parameters<typeof map>[0])).toThrow("unknown option 'size'");
});
