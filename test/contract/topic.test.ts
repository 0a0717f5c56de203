import { randomUUID } from 'node:crypto';
import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import { createSnsPublisher } from '@twelvefold/backing/sns';
import { createSqsConsumer } from '@twelvefold/backing/sqs';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll } from 'vitest';
import { TRANSPORT } from './support/transport.ts';
import type { TopicDriver } from './topic.ts';
import { topicContract } from './topic.ts';

const foreign = process.env.AWS_ENDPOINT_URL;
const region = process.env.AWS_REGION ?? 'eu-west-1';
const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'test',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
};
let local: LocalAws | undefined;
let aws: Aws;
let endpoint: string;

beforeAll(async () => {
  local = foreign === undefined ? await startLocalAws() : undefined;
  endpoint = foreign ?? local?.url ?? '';
  aws = createAws({ env: TRANSPORT, endpoint, region, credentials }).as('contract');
});
afterAll(() => local?.close());

const queueArn = (index: number) => ({ 'Fn::GetAtt': [`Queue${index}`, 'Arn'] });
const mayDeliver = (index: number) => ({
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: queueArn(index),
  Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Topic' } } },
});

const driver: TopicDriver = {
  async open(events, queues) {
    const suffix = randomUUID().slice(0, 8);
    const resources: Record<string, object> = {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `contract-${events.name}-${suffix}` } },
    };
    queues.forEach(({ definition, raw }, index) => {
      const name = `contract-${definition.name}-${suffix}`;
      resources[`Queue${index}`] = { Type: 'AWS::SQS::Queue', Properties: { QueueName: name } };
      resources[`Policy${index}`] = {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: `Queue${index}` }],
          PolicyDocument: { Version: '2012-10-17', Statement: [mayDeliver(index)] },
        },
      };
      resources[`Subscription${index}`] = {
        Type: 'AWS::SNS::Subscription',
        DependsOn: [`Policy${index}`],
        Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'sqs', Endpoint: queueArn(index), RawMessageDelivery: raw },
      };
    });
    const stack = await provision({ Resources: resources }, { endpoint, region, credentials });
    const id = (logicalId: string) => stack.resources.find((made) => made.logicalId === logicalId)?.physicalId ?? '';
    return {
      publisher: createSnsPublisher({ definition: events, arn: id('Topic'), aws }),
      consumer: (index, handle) => {
        const definition = queues[index]?.definition;
        if (!definition) throw new RangeError(`there is no queue ${index}`);
        return createSqsConsumer({ definition, url: id(`Queue${index}`), aws, component: 'contract', handle });
      },
    };
  },
};

topicContract(`SNS on ${foreign ?? 'the embedded endpoint'}`, () => driver);
