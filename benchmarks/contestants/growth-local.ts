import { createAws, dynamodb, sqs } from '@twelvefold/aws';
import { provision, startLocalAws } from '@twelvefold/local';
import { finish } from '../support/contest.ts';

/*
 * Fills the local AWS in its own process: what is measured is the endpoint and its client together.
 */
const [what = 'messages', count = '10000'] = process.argv.slice(2);
const total = Number(count);
const CALLS_IN_FLIGHT = 8;
const at = { region: 'eu-central-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
const local = await startLocalAws();
const aws = createAws({ env: {}, endpoint: local.url, ...at });
const { resources } = await provision(
  {
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'bench' } },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'bench',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        },
      },
    },
  },
  { endpoint: local.url, ...at },
);
const QueueUrl = resources.find(({ logicalId }) => logicalId === 'Queue')?.physicalId ?? '';
const TableName = resources.find(({ logicalId }) => logicalId === 'Table')?.physicalId ?? '';
const write = { access: 'write' } as const;

async function send(first: number): Promise<void> {
  const Entries = Array.from({ length: 10 }, (_, index) => ({
    Id: String(index),
    MessageBody: `{"n":${first + index}}`,
  }));
  await aws.call(sqs, 'SendMessageBatch', { QueueUrl, Entries }, write);
}

async function put(first: number): Promise<void> {
  for (let index = first; index < first + 10; index += 1) {
    await aws.call(dynamodb, 'PutItem', { TableName, Item: { id: `row-${index}`, note: 'ordinary', n: index } }, write);
  }
}

const fill = what === 'rows' ? put : send;
let next = 0;
const work = async () => {
  for (let first = next; first < total; first = next) {
    next += 10;
    await fill(first);
    if (first % 10_000 === 0) local.clearCalls();
  }
};
const cpu = process.cpuUsage();
const begun = performance.now();
await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, work));
const { user, system } = process.cpuUsage(cpu);
const wallUs = (performance.now() - begun) * 1_000;
finish({ operations: total, cpuUs: user + system, wallUs, rssBytes: process.memoryUsage.rss() });
