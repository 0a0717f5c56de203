import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Aws } from '@twelvefold/aws';
import { createAws, dynamodb, sqs } from '@twelvefold/aws';
import { median } from '../support/median.ts';
import type { Measurement } from './measurement.ts';

const CALLS = 1_000;
const SERVER = join(import.meta.dirname, '../servers/orders-aws.ts');
const region = 'eu-central-1';

type Ids = Readonly<Record<string, string>>;
interface Endpoint extends AsyncDisposable {
  readonly ids: Ids;
  /** Calls as the role of the component `http`. */
  readonly aws: Aws;
  /** Microseconds of CPU of the endpoint's process so far. */
  cpuUs(): Promise<number>;
}

/** The calls that a request of the example makes, each allowed by another statement of the role. */
const CALLED: Readonly<Record<string, (aws: Aws, ids: Ids) => Promise<unknown>>> = {
  'BatchGetItem of a session': (aws, { SessionsTable = '' }) =>
    aws.call(
      dynamodb,
      'BatchGetItem',
      { RequestItems: { [SessionsTable]: { Keys: [{ id: 's' }] } } },
      { access: 'read' },
    ),
  'PutItem of a session': (aws, { SessionsTable = '' }) =>
    aws.call(dynamodb, 'PutItem', { TableName: SessionsTable, Item: { id: 's', value: 'x' } }, { access: 'write' }),
  'Query of an index': (aws, { TableTable = '' }) =>
    aws.call(
      dynamodb,
      'Query',
      {
        TableName: TableTable,
        IndexName: 'byUser',
        KeyConditionExpression: 'userId = :user',
        ExpressionAttributeValues: { ':user': 'ada' },
      },
      { access: 'read' },
    ),
  'SendMessage to a queue': (aws, { OrdersQueue = '' }) =>
    aws.call(sqs, 'SendMessage', { QueueUrl: OrdersQueue, MessageBody: '{}' }, { access: 'write' }),
};

async function start(mode: 'on' | 'off'): Promise<Endpoint> {
  const child = fork(SERVER, [mode], { stdio: 'inherit' });
  const [{ url, ids }] = (await once(child, 'message')) as [{ url: string; ids: Ids }]; // servers/orders-aws.ts
  const credentials = await assume(url, `arn:aws:iam::123456789012:role/${ids.HttpFunctionRole}`);
  return {
    ids,
    aws: createAws({ env: {}, endpoint: url, region, credentials }),
    cpuUs: async () => {
      const answered = once(child, 'message');
      child.send('cpu');
      return ((await answered) as [{ cpuUs: number }])[0].cpuUs; // as above
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function assume(url: string, RoleArn: string) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=bench/20261130/${region}/sts/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn, RoleSessionName: 'bench' }),
  });
  const text = await answer.text();
  const value = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? '';
  if (value('SessionToken') === '') throw new Error(`Cannot measure: the role was not assumed: ${text}`);
  return {
    accessKeyId: value('AccessKeyId'),
    secretAccessKey: value('SecretAccessKey'),
    sessionToken: value('SessionToken'),
  };
}

/** Microseconds of the endpoint's CPU per call. */
async function cost({ aws, ids, cpuUs }: Endpoint, call: (aws: Aws, ids: Ids) => Promise<unknown>): Promise<number> {
  const before = await cpuUs();
  for (let time = 0; time < CALLS; time += 1) await call(aws, ids);
  return ((await cpuUs()) - before) / CALLS;
}

export const enforcement: Measurement = {
  name: 'enforcement',
  quick: false,
  async measure({ rounds }) {
    await using on = await start('on');
    await using off = await start('off');
    const rows = [];
    for (const [name, call] of Object.entries(CALLED)) {
      const costs: Record<'on' | 'off', number[]> = { on: [], off: [] };
      // Warm first, then in turn: what disturbs the machine disturbs both.
      for (const endpoint of [on, off]) await cost(endpoint, call);
      for (let round = 0; round < rounds; round += 1) {
        costs.on.push(await cost(on, call));
        costs.off.push(await cost(off, call));
      }
      rows.push({
        name: 'enforcement',
        measure: `Local AWS, permissions enforced: ${name}`,
        unit: 'us CPU more',
        value: median(costs.on) - median(costs.off),
        peers: { 'the call without': median(costs.off) },
        target: { atMost: 100 },
        exact: false,
        note: "CPU of the endpoint's process for a whole call as the role of the orders example's component http, with `enforce` less without: two processes with its template, in turn.",
      });
    }
    return rows;
  },
};
