import type { QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { client, pages, prepareItems, query, refused, scan, sks, TableName } from './query-and-scan.fixture.ts';

prepareItems();

describe('an index follows its table', () => {
  it('when items get, change and lose its keys, and when it is made later', async () => {
    const Key = { pk: { S: 'moving' }, sk: { N: '1' } };
    const owned = async (IndexName: string, owner: string) =>
      sks(
        await query({
          IndexName,
          KeyConditionExpression: '#o = :o',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':o': { S: owner } },
        }),
      );
    const set = (UpdateExpression: string, values?: Record<string, { S: string } | { N: string }>) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression,
          ExpressionAttributeNames: { '#o': 'owner' },
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        }),
      );
    await set('SET #o = :o', { ':o': { S: 'ann' } });
    expect(await owned('by-owner', 'ann')).toEqual([]);
    await client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'owner', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'owners',
              KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          },
        ],
      }),
    );
    expect(await owned('owners', 'ann')).toEqual([1]);
    await set('SET #o = :o, placed = :at', { ':o': { S: 'bob' }, ':at': { N: '1' } });
    expect([await owned('owners', 'ann'), await owned('owners', 'bob'), await owned('by-owner', 'bob')]).toEqual([
      [],
      [1],
      [1],
    ]);
    await set('REMOVE #o');
    expect([await owned('owners', 'bob'), await owned('by-owner', 'bob')]).toEqual([[], []]);
  });
});

describe('Scan', () => {
  const seen = (outputs: Array<Pick<QueryCommandOutput, 'Items'>>) =>
    outputs.flatMap(({ Items = [] }) => Items.map(({ pk, sk }) => `${pk?.S}${sk?.N}`)).sort();

  it('gives every item once, over pages and over segments', async () => {
    const whole = seen([await scan({})]);
    expect(whole.length).toBeGreaterThanOrEqual(15);
    expect(seen(await pages((ExclusiveStartKey) => scan({ ExclusiveStartKey, Limit: 2 })))).toEqual(whole);
    const segments = await Promise.all(
      [0, 1, 2].map((Segment) =>
        pages((ExclusiveStartKey) => scan({ ExclusiveStartKey, Limit: 2, Segment, TotalSegments: 3 })),
      ),
    );
    expect(seen(segments.flat())).toEqual(whole);
  });

  it('ends a page with the item that passes 1 MB, counted before the filter', async () => {
    const big = 'big';
    await client.send(
      new CreateTableCommand({
        TableName: big,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    for (let n = 1; n <= 7; n += 1) {
      const Item = { pk: { N: String(n) }, v: { S: 'x'.repeat(300 * 1024) } };
      await client.send(new PutItemCommand({ TableName: big, Item }));
    }
    const all = await pages((ExclusiveStartKey) =>
      client.send(new ScanCommand({ TableName: big, ExclusiveStartKey, FilterExpression: 'attribute_not_exists(v)' })),
    );
    expect(all.map(({ Count, ScannedCount }) => [Count, ScannedCount])).toEqual([
      [0, 4],
      [0, 3],
    ]);
  });

  it.each([
    [
      { Segment: 0 },
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    ],
    [
      { TotalSegments: 2 },
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    ],
    [
      { Segment: 2, TotalSegments: 2 },
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        'Segment: 2 is not less than TotalSegments: 2',
    ],
    [{ ExclusiveStartKey: {} }, 'The provided starting key is invalid'],
  ])('refuses %j', async (input, message) => {
    expect(await refused(scan(input))).toBe(`ValidationException: ${message}`);
  });

  it('refuses a start key of another segment', async () => {
    const ExclusiveStartKey = { pk: { S: 'a' }, sk: { N: '1' } };
    const answers = await Promise.all(
      [0, 1].map((Segment) => refused(scan({ ExclusiveStartKey, Segment, TotalSegments: 2 }))),
    );
    expect(answers.filter((answer) => answer.includes('with correct Segment'))).toHaveLength(1);
  });
});
