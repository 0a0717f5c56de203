import type { Collection } from '@twelvefold/admin';
import { keysetCollection, queryCollection, queueCollection, scanCollection } from '@twelvefold/admin';
import type { Json } from '@twelvefold/admin/internal';
import { sqs } from '@twelvefold/aws';
import { table } from '@twelvefold/backing';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { provision } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { withServer } from '../support/with-server.ts';
import type { SqlTarget } from './support/sql-target.ts';
import { openSqlTarget } from './support/sql-target.ts';
import type { RunsTarget } from './support/task-runs.ts';
import { openRuns } from './support/task-runs.ts';

const ROWS = 60;
const Row = z.object({ group: z.string(), id: z.string(), even: z.boolean(), seen: z.number() });
const definition = table('rows', { schema: Row, key: { partition: 'group', sort: 'id' } });

/** Reads from a position, in as many segments as there are; stops behind `most` records of each. */
async function read<T>(
  collection: Collection<T>,
  {
    after,
    segment = 0,
    segments = 1,
    most = Number.POSITIVE_INFINITY,
  }: { after?: Json; segment?: number; segments?: number; most?: number } = {},
): Promise<{ values: T[]; position: Json | undefined; scanned: number }> {
  const values: T[] = [];
  let position = after;
  let scanned = 0;
  for await (const record of collection.read({ ...(after !== undefined && { after }), segment, segments })) {
    values.push(record.value);
    // A position is stored as JSON.
    position = JSON.parse(JSON.stringify(record.position)) as Json;
    scanned += record.scanned ?? 1;
    if (values.length >= most) break;
  }
  return { values, position, scanned };
}

/** Reads all, a new process behind every record. */
async function readInSteps<T>(
  collection: Collection<T>,
  options: { segment?: number; segments?: number } = {},
): Promise<T[]> {
  const all: T[] = [];
  for (let after: Json | undefined; ; ) {
    const { values, position } = await read(collection, { ...options, ...(after !== undefined && { after }), most: 1 });
    if (values.length === 0) return all;
    all.push(...values);
    after = position;
  }
}

let target: RunsTarget;
beforeAll(async () => {
  target = await openRuns();
});
afterAll(() => target[Symbol.asyncDispose]());

describe('rows of a table', () => {
  let rows: ReturnType<typeof createDynamoDbTable<z.output<typeof Row>, 'group', 'id'>>;
  const idOf = ({ group, id }: { group: string; id: string }) => `${group}/${id}`;
  const every = Array.from({ length: ROWS }, (_, index) => `g${index % 3}/r${String(index).padStart(2, '0')}`).sort();
  beforeAll(async () => {
    const KeySchema = [
      { AttributeName: 'group', KeyType: 'HASH' },
      { AttributeName: 'id', KeyType: 'RANGE' },
    ];
    const AttributeDefinitions = ['group', 'id'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
    const Properties = { TableName: 'rows', BillingMode: 'PAY_PER_REQUEST', KeySchema, AttributeDefinitions };
    const template = { Resources: { Rows: { Type: 'AWS::DynamoDB::Table', Properties } } };
    await provision(template, { endpoint: target.local.url, env: target.env });
    rows = createDynamoDbTable({ definition, name: 'rows', aws: target.aws });
    const put = Array.from({ length: ROWS }, (_, index) => ({
      group: `g${index % 3}`,
      id: `r${String(index).padStart(2, '0')}`,
      even: index % 2 === 0,
      seen: 0,
    }));
    await rows.writeMany({ put });
  });
  const scan = (pageSize: number, even?: boolean) =>
    scanCollection((page) => rows.scan({ ...page, ...(even !== undefined && { filter: { equals: { even } } }) }), {
      key: idOf,
      pageSize,
    });

  it.each([1, 7, 20, 100])(
    'are scanned once each with pages of %i, also by a new process behind every record',
    async (pageSize) => {
      expect((await read(scan(pageSize))).values.map(idOf).sort()).toEqual(every);
      expect((await readInSteps(scan(pageSize))).map(idOf).sort()).toEqual(every);
    },
  );

  it('are scanned in segments, each with its position', async () => {
    const parts = await Promise.all([0, 1, 2, 3].map((segment) => readInSteps(scan(5), { segment, segments: 4 })));
    expect(parts.flat().map(idOf).sort()).toEqual(every);
  });

  it('count what a filter refused as scanned, not as matched', async () => {
    const { values, scanned } = await read(scan(7, true));
    expect(values).toHaveLength(ROWS / 2);
    // Refused ones behind the last match are not counted.
    expect(scanned).toBeGreaterThan(ROWS / 2);
    expect(scanned).toBeLessThanOrEqual(ROWS);
  });

  it('are read again, none missed, where the row of the position is gone', async () => {
    const first = await read(scan(10), { most: 4 });
    const [last] = first.values.slice(-1);
    if (!last) throw new Error('nothing was read');
    await rows.delete({ group: last.group, id: last.id });
    const rest = await read(scan(10), { ...(first.position !== undefined && { after: first.position }) });
    const found = new Set([...first.values, ...rest.values].map(idOf));
    expect([...found].sort()).toEqual(every);
    await rows.put(last as z.output<typeof Row>); // scanned whole
  });

  it('of a partition come in the order of the sort key', async () => {
    const query = queryCollection((page) => rows.query('g1', page), { key: ({ id }) => id, pageSize: 4 });
    const ids = every.filter((one) => one.startsWith('g1/'));
    expect((await read(query)).values.map(idOf)).toEqual(ids);
    expect((await readInSteps(query)).map(idOf)).toEqual(ids);
  });
});

describe('messages of a queue', () => {
  it('come until it gives none twice, and those that were not deleted come again', async () => {
    const Properties = { QueueName: 'jobs' };
    const template = {
      Resources: { Jobs: { Type: 'AWS::SQS::Queue', Properties } },
      Outputs: { Url: { Value: { Ref: 'Jobs' } } },
    };
    const { outputs } = await provision(template, { endpoint: target.local.url, env: target.env });
    const QueueUrl = outputs.Url ?? '';
    const { aws } = target;
    for (let index = 0; index < 25; index += 1) {
      await aws.call(sqs, 'SendMessage', { QueueUrl, MessageBody: String(index) }, { access: 'write' });
    }
    const messages = queueCollection(
      async ({ signal }) => {
        const input = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0, WaitTimeSeconds: 0 };
        return (await aws.call(sqs, 'ReceiveMessage', input, { access: 'write', signal })).Messages ?? [];
      },
      { id: ({ MessageId = '' }) => MessageId, count: async () => 25 },
    );
    const seen = new Set<string>();
    const work = async (most: number) => {
      let done = 0;
      for await (const { value, position } of messages.read({})) {
        expect(position).toBe(value.MessageId);
        seen.add(value.Body ?? '');
        await aws.call(
          sqs,
          'DeleteMessage',
          { QueueUrl, ReceiptHandle: value.ReceiptHandle ?? '' },
          { access: 'write' },
        );
        done += 1;
        if (done === most) return;
      }
    };
    await work(12); // a leg that stops in the middle of a batch
    expect(seen.size).toBe(12);
    await work(Number.POSITIVE_INFINITY);
    expect([...seen].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, index) => index));
    expect(await messages.count?.({})).toBe(25);
  });
});

withServer('keysets', 'postgresql', () => {
  let database: SqlTarget;
  beforeAll(async () => {
    database = await openSqlTarget();
    await database.admin('CREATE TABLE people (team text, id int, PRIMARY KEY (team, id))');
    await database.admin("INSERT INTO people SELECT 't' || n % 2, n FROM generate_series(1, 30) n");
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('read SQL in order, in segments, and are not moved by rows that come and go', async () => {
    const { client } = await database.open();
    interface Person {
      team: string;
      id: number;
    }
    const people = keysetCollection({
      key: ({ team, id }: Person): [string, number] => [team, id],
      limit: 4,
      read: async (after, { limit, segment, segments }) => {
        const [team, id] = after ?? ['', 0];
        const text =
          'SELECT team, id FROM people WHERE (team, id) > ($1, $2) AND id % $3 = $4 ORDER BY team, id LIMIT $5';
        return (await client.query<Person>(text, [team, id, segments, segment, limit])).rows;
      },
      count: async () => Number((await client.query<{ n: string }>('SELECT count(*) AS n FROM people')).rows[0]?.n),
    });
    const all = (await read(people)).values;
    expect(all).toHaveLength(30);
    expect(all).toEqual(all.toSorted((a, b) => a.team.localeCompare(b.team) || a.id - b.id));
    expect(await readInSteps(people)).toEqual(all);
    const parts = await Promise.all([0, 1, 2].map((segment) => readInSteps(people, { segment, segments: 3 })));
    expect(
      parts
        .flat()
        .map(({ id }) => id)
        .sort((a, b) => a - b),
    ).toEqual(all.map(({ id }) => id).sort((a, b) => a - b));
    expect(await people.count?.({})).toBe(30);

    const first = await read(people, { most: 10 });
    // An offset would skip one for each row that is gone before it.
    await database.admin("DELETE FROM people WHERE team = 't0' AND id < 6");
    const rest = await read(people, { ...(first.position !== undefined && { after: first.position }) });
    expect([...first.values, ...rest.values]).toEqual(all);
  });
});
