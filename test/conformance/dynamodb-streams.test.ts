// DynamoDB Streams. Sources: "Change data capture for DynamoDB Streams", "DynamoDB Streams and time
// to live" and the API reference.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { GetRecordsCommandOutput, ShardIteratorType, StreamViewType } from '@aws-sdk/client-dynamodb-streams';
import { DynamoDBStreams } from '@aws-sdk/client-dynamodb-streams';
import { startLocalAws } from '@twelvefold/local';
import { beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import { refusal, settings, tableInput, useDynamoDb } from './dynamodb-endpoint.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const dynamodb = useDynamoDb();
const TableName = 'things';
const Key = { pk: { S: 'a' }, sk: { N: '1' } };
let streams: DynamoDBStreams;
let StreamArn: string;

async function create(StreamViewType: StreamViewType = 'NEW_AND_OLD_IMAGES') {
  const { TableDescription } = await dynamodb.client.createTable({
    ...tableInput(['pk:S', 'sk:N']),
    StreamSpecification: { StreamEnabled: true, StreamViewType },
  });
  StreamArn = TableDescription?.LatestStreamArn ?? '';
}

beforeEach(async () => {
  streams = new DynamoDBStreams(settings(dynamodb.url));
  await create();
});

const put = (more: Record<string, { S: string } | { N: string }> = {}) =>
  dynamodb.client.putItem({ TableName, Item: { ...Key, ...more } });
const shards = async () => (await streams.describeStream({ StreamArn })).StreamDescription?.Shards ?? [];
async function iterator(type: ShardIteratorType = 'TRIM_HORIZON', SequenceNumber?: string, shard = 0) {
  const ShardId = (await shards())[shard]?.ShardId;
  const answer = await streams.getShardIterator({ StreamArn, ShardId, ShardIteratorType: type, SequenceNumber });
  return answer.ShardIterator ?? '';
}
const read = (ShardIterator: string, Limit?: number): Promise<GetRecordsCommandOutput> =>
  streams.getRecords({ ShardIterator, Limit });
const values = ({ Records = [] }: GetRecordsCommandOutput) =>
  Records.map(({ dynamodb: change }) => change?.NewImage?.v?.S);

describe('records', () => {
  it('tell of every change of an item, in order', async () => {
    await put({ v: { S: 'one' } });
    await dynamodb.client.updateItem({
      TableName,
      Key,
      UpdateExpression: 'SET v = :v',
      ExpressionAttributeValues: { ':v': { S: 'two' } },
    });
    await dynamodb.client.deleteItem({ TableName, Key });
    const { Records = [] } = await read(await iterator());
    const [one, two] = [
      { ...Key, v: { S: 'one' } },
      { ...Key, v: { S: 'two' } },
    ];
    expect(Records.map(({ eventName, dynamodb: change }) => [eventName, change?.OldImage, change?.NewImage])).toEqual([
      ['INSERT', undefined, one],
      ['MODIFY', one, two],
      ['REMOVE', two, undefined],
    ]);
    expect(Records[0]).toMatchObject({
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      dynamodb: { Keys: Key, StreamViewType: 'NEW_AND_OLD_IMAGES', SizeBytes: 3 + 4 + 3 + 4 + 4 },
    });
    expect(Records[0]?.eventID).toMatch(/^[0-9a-f]{32}$/);
    expect(Records[0]?.userIdentity).toBeUndefined();
    const numbers = Records.map(({ dynamodb: change }) => change?.SequenceNumber ?? '');
    expect(numbers.every((number) => /^\d{21,40}$/.test(number))).toBe(true);
    expect(new Set(numbers).size).toBe(3);
    expect([...numbers].sort()).toEqual(numbers);
  });

  it('leave out writes that change nothing', async () => {
    await put({ v: { S: 'one' } });
    await put({ v: { S: 'one' } });
    await dynamodb.client.deleteItem({ TableName, Key: { ...Key, sk: { N: '2' } } });
    await dynamodb.client.transactWriteItems({
      TransactItems: [{ ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_exists(pk)' } }],
    });
    await refusal(dynamodb.client.putItem({ TableName, Item: Key, ConditionExpression: 'attribute_not_exists(pk)' }));
    expect((await read(await iterator())).Records).toHaveLength(1);
  });

  it('of batches and transactions are there too', async () => {
    const item = (sk: string) => ({ ...Key, sk: { N: sk }, v: { S: sk } });
    await dynamodb.client.batchWriteItem({
      RequestItems: { [TableName]: [{ PutRequest: { Item: item('1') } }, { PutRequest: { Item: item('2') } }] },
    });
    await dynamodb.client.transactWriteItems({
      TransactItems: [{ Put: { TableName, Item: item('3') } }, { Delete: { TableName, Key } }],
    });
    expect(values(await read(await iterator()))).toEqual(['1', '2', '3', undefined]);
  });

  it.each([
    ['KEYS_ONLY', undefined, undefined],
    ['NEW_IMAGE', undefined, { ...Key, v: { S: 'two' } }],
    ['OLD_IMAGE', { ...Key, v: { S: 'one' } }, undefined],
  ] as const)('have what %s shows', async (view, old, fresh) => {
    await dynamodb.client.deleteTable({ TableName });
    await create(view);
    await put({ v: { S: 'one' } });
    await put({ v: { S: 'two' } });
    const { Records } = await read(await iterator());
    expect(Records?.[1]?.dynamodb).toMatchObject({ Keys: Key, StreamViewType: view });
    expect([Records?.[1]?.dynamodb?.OldImage, Records?.[1]?.dynamodb?.NewImage]).toEqual([old, fresh]);
  });

  it("of time to live carry the service's name, those of calls do not", async () => {
    await dynamodb.client.updateTimeToLive({
      TableName,
      TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
    });
    const until = Math.floor(dynamodb.clock.now() / 1000) + 60;
    await put({ until: { N: String(until) } });
    dynamodb.clock.advance(60_000 + 48 * HOUR_MS - 2000);
    expect((await dynamodb.client.getItem({ TableName, Key })).Item).toBeDefined();
    dynamodb.clock.advance(2000);
    const { Records } = await read(await iterator('TRIM_HORIZON', undefined, (await shards()).length - 1));
    expect(Records?.at(-1)).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: Key, OldImage: { until: { N: String(until) } } },
    });
    expect((await dynamodb.client.getItem({ TableName, Key })).Item).toBeUndefined();
  });
});

describe('iterators', () => {
  it('begin at the given position, and go on', async () => {
    const latest = await iterator('LATEST');
    for (const v of ['1', '2', '3']) await put({ v: { S: v } });
    const first = await read(await iterator(), 1);
    expect(values(first)).toEqual(['1']);
    const second = await read(first.NextShardIterator ?? '', 1);
    expect(values(second)).toEqual(['2']);
    const number = second.Records?.[0]?.dynamodb?.SequenceNumber;
    expect(values(await read(await iterator('AT_SEQUENCE_NUMBER', number)))).toEqual(['2', '3']);
    expect(values(await read(await iterator('AFTER_SEQUENCE_NUMBER', number)))).toEqual(['3']);
    const all = await read(latest);
    expect(values(all)).toEqual(['1', '2', '3']);
    const none = await read(all.NextShardIterator ?? '');
    expect(none.Records).toEqual([]);
    await put({ v: { S: '4' } });
    expect(values(await read(none.NextShardIterator ?? ''))).toEqual(['4']);
    expect(values(await read(await iterator('LATEST')))).toEqual([]);
  });

  it('expire after 15 minutes', async () => {
    const old = await iterator();
    dynamodb.clock.advance(15 * MINUTE_MS - 1000);
    const { NextShardIterator } = await read(old);
    dynamodb.clock.advance(1000);
    expect((await refusal(read(old))).name).toBe('ExpiredIteratorException');
    await read(NextShardIterator ?? '');
  });

  it('are refused for what is not there', async () => {
    expect((await refusal(iterator('AT_SEQUENCE_NUMBER'))).name).toBe('ValidationException');
    expect((await refusal(iterator('AT_SEQUENCE_NUMBER', '9'.repeat(21)))).name).toBe('ValidationException');
    expect((await refusal(read('no iterator'))).name).toBe('ValidationException');
    const ShardId = `shardId-${'0'.repeat(20)}-00000000`;
    const missing = streams.getShardIterator({ StreamArn, ShardId, ShardIteratorType: 'LATEST' });
    expect((await refusal(missing)).name).toBe('ResourceNotFoundException');
    expect((await refusal(streams.describeStream({ StreamArn: `${StreamArn}x` }))).name).toBe(
      'ResourceNotFoundException',
    );
  });
});

describe('on the clock', () => {
  it('shards follow each other, and a closed one ends', async () => {
    await put({ v: { S: '1' } });
    dynamodb.clock.advance(4 * HOUR_MS);
    await put({ v: { S: '2' } });
    const [closed, open, ...more] = await shards();
    expect(more).toEqual([]);
    expect(open?.ParentShardId).toBe(closed?.ShardId);
    expect(closed?.SequenceNumberRange?.EndingSequenceNumber).toBe(closed?.SequenceNumberRange?.StartingSequenceNumber);
    expect(open?.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined();
    const ended = await read(await iterator());
    expect(values(ended)).toEqual(['1']);
    expect(ended.NextShardIterator).toBeUndefined();
    expect(values(await read(await iterator('TRIM_HORIZON', undefined, 1)))).toEqual(['2']);
    const { StreamDescription } = await streams.describeStream({
      StreamArn,
      ShardFilter: { Type: 'CHILD_SHARDS', ShardId: closed?.ShardId },
    });
    expect(StreamDescription?.Shards?.map(({ ShardId }) => ShardId)).toEqual([open?.ShardId]);
  });

  it('records are gone after 24 hours', async () => {
    await put({ v: { S: '1' } });
    const number = (await read(await iterator())).Records?.[0]?.dynamodb?.SequenceNumber;
    dynamodb.clock.advance(3 * HOUR_MS);
    await put({ v: { S: '2' } });
    dynamodb.clock.advance(21 * HOUR_MS);
    expect((await refusal(iterator('AT_SEQUENCE_NUMBER', number))).name).toBe('TrimmedDataAccessException');
    expect(values(await read(await iterator()))).toEqual(['2']);
    dynamodb.clock.advance(3 * HOUR_MS);
    expect(values(await read(await iterator()))).toEqual([]);
    dynamodb.clock.advance(24 * HOUR_MS);
    expect(await shards()).toHaveLength(2);
  });
});

describe('a stream', () => {
  it('is described with its table, and listed', async () => {
    const { Table } = await dynamodb.client.describeTable({ TableName });
    expect(Table).toMatchObject({
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      LatestStreamArn: StreamArn,
      LatestStreamLabel: StreamArn.split('/stream/')[1],
    });
    expect((await streams.describeStream({ StreamArn })).StreamDescription).toMatchObject({
      StreamStatus: 'ENABLED',
      TableName,
      KeySchema: Table?.KeySchema,
    });
    await dynamodb.client.createTable({
      ...tableInput(['id:S'], { TableName: 'others', keys: 1 }),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    });
    const first = await streams.listStreams({ Limit: 1 });
    const rest = await streams.listStreams({ ExclusiveStartStreamArn: first.LastEvaluatedStreamArn });
    expect([...(first.Streams ?? []), ...(rest.Streams ?? [])].map((listed) => listed.TableName)).toEqual([
      'others',
      TableName,
    ]);
    expect((await streams.listStreams({ TableName })).Streams).toHaveLength(1);
  });

  it('can be switched off and read for a day, and a new one on', async () => {
    await put({ v: { S: '1' } });
    const off = { TableName, StreamSpecification: { StreamEnabled: false } };
    await dynamodb.client.updateTable(off);
    expect((await refusal(dynamodb.client.updateTable(off))).name).toBe('ValidationException');
    await put({ v: { S: 'unseen' } });
    const ended = await read(await iterator());
    expect([values(ended), ended.NextShardIterator]).toEqual([['1'], undefined]);
    const on = { TableName, StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' as const } };
    const { TableDescription } = await dynamodb.client.updateTable(on);
    expect((await refusal(dynamodb.client.updateTable(on))).name).toBe('ValidationException');
    expect(TableDescription?.LatestStreamArn).not.toBe(StreamArn);
    expect((await streams.listStreams({})).Streams).toHaveLength(2);
    dynamodb.clock.advance(24 * HOUR_MS);
    expect((await refusal(streams.describeStream({ StreamArn }))).name).toBe('ResourceNotFoundException');
    expect((await streams.listStreams({})).Streams).toHaveLength(1);
  });

  it('outlives its table by a day', async () => {
    await put({ v: { S: '1' } });
    await dynamodb.client.deleteTable({ TableName });
    expect(values(await read(await iterator()))).toEqual(['1']);
    dynamodb.clock.advance(24 * HOUR_MS);
    expect((await refusal(shards())).name).toBe('ResourceNotFoundException');
  });

  it('and its table come back from a snapshot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twelvefold-ddb-'));
    try {
      const odd = { ...tableInput(['pk:S', 'by:N'], { TableName: 'odd', keys: 1 }) };
      const first = await startLocalAws({ snapshot: folder });
      const before = new DynamoDB(settings(first.url));
      await before.createTable({
        ...odd,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-number',
            KeySchema: [{ AttributeName: 'by', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      });
      const Item = { pk: { S: 'a' }, by: { N: '7' }, constructor: { S: 'x' }, b: { B: new Uint8Array([1]) } };
      await before.putItem({ TableName: 'odd', Item });
      await first.close();
      await using second = await startLocalAws({ snapshot: folder });
      const after = new DynamoDB(settings(second.url));
      const { Items } = await after.query({
        TableName: 'odd',
        IndexName: 'by-number',
        KeyConditionExpression: '#by = :by',
        ExpressionAttributeNames: { '#by': 'by' },
        ExpressionAttributeValues: { ':by': { N: '7' } },
      });
      expect(Items).toEqual([{ pk: Item.pk, by: Item.by }]);
      expect((await after.getItem({ TableName: 'odd', Key: { pk: Item.pk } })).Item).toEqual(Item);
      await after.putItem({ TableName: 'odd', Item: { ...Item, fresh: { S: 'y' } } });
      const reader = new DynamoDBStreams(settings(second.url));
      const arn = (await after.describeTable({ TableName: 'odd' })).Table?.LatestStreamArn;
      const shard = (await reader.describeStream({ StreamArn: arn })).StreamDescription?.Shards?.[0]?.ShardId;
      const { ShardIterator } = await reader.getShardIterator({
        StreamArn: arn,
        ShardId: shard,
        ShardIteratorType: 'TRIM_HORIZON',
      });
      const { Records } = await reader.getRecords({ ShardIterator });
      expect(Records?.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe.skipIf(!hasAwsCli)('the AWS CLI (needs aws-cli)', { timeout: 180_000 }, () => {
  it('a stream is read', async () => {
    await put({ v: { S: '1' } });
    const cli = (...args: string[]) => awsCli(dynamodb.url, 'dynamodbstreams', ...args);
    expect(await cli('list-streams')).toMatchObject({ Streams: [{ StreamArn }] });
    const described = await cli('describe-stream', '--stream-arn', StreamArn);
    const id = (await shards())[0]?.ShardId ?? '';
    expect(described).toMatchObject({ StreamDescription: { Shards: [{ ShardId: id }] } });
    const ShardIterator = await iterator();
    expect(await cli('get-records', '--shard-iterator', ShardIterator)).toMatchObject({
      Records: [{ eventName: 'INSERT', dynamodb: { NewImage: { v: { S: '1' } } } }],
    });
  });
});
