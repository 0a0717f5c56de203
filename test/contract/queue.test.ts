import { randomUUID } from 'node:crypto';
import type { Aws } from '@twelvefold/aws';
import { createAws, sqs } from '@twelvefold/aws';
import { createSqsBatchConsumer, createSqsConsumer, createSqsSender } from '@twelvefold/backing/sqs';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll } from 'vitest';
import type { OpenQueue, QueueDriver } from './queue.ts';
import { queueContract } from './queue.ts';
import { TRANSPORT } from './support/transport.ts';

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

const driver: QueueDriver = {
  async open(definition): Promise<OpenQueue> {
    // A new name, so that a foreign endpoint's older state does not affect the result.
    const name = `contract-${definition.name}-${randomUUID().slice(0, 8)}`;
    const { outputs } = await provision(
      {
        Resources: {
          Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}-dead-letter` } },
          Queue: {
            Type: 'AWS::SQS::Queue',
            Properties: {
              QueueName: name,
              RedrivePolicy: {
                deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] },
                maxReceiveCount: definition.deadLetter?.maxReceives,
              },
            },
          },
        },
        Outputs: { Url: { Value: { Ref: 'Queue' } }, DeadUrl: { Value: { Ref: 'Dead' } } },
      },
      { endpoint, region, credentials },
    );
    const { Url: url = '', DeadUrl: deadLetterUrl = '' } = outputs;
    return {
      sender: createSqsSender({ definition, url, aws }),
      consumer: (handle, options) =>
        createSqsConsumer({ definition, url, deadLetterUrl, aws, component: 'contract', handle, ...options }),
      batchConsumer: (handle, options) =>
        createSqsBatchConsumer({ definition, url, deadLetterUrl, aws, component: 'contract', handle, ...options }),
      put: async (body) => {
        await aws.call(sqs, 'SendMessage', { QueueUrl: url, MessageBody: body }, { access: 'write' });
      },
      receive: async () => {
        const input = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: ['All'] };
        const { Messages = [] } = await aws.call(
          sqs,
          'ReceiveMessage',
          { ...input, MessageSystemAttributeNames: ['All'] },
          { access: 'write' },
        );
        return Messages.map((message) => ({
          messageId: message.MessageId ?? '',
          receiptHandle: message.ReceiptHandle ?? '',
          body: message.Body ?? '',
          md5OfBody: message.MD5OfBody,
          attributes: message.Attributes ?? {},
          messageAttributes: Object.fromEntries(
            Object.entries(message.MessageAttributes ?? {}).map(([key, { StringValue = '' }]) => [key, StringValue]),
          ),
        }));
      },
      remove: async ({ receiptHandle }) => {
        await aws.call(sqs, 'DeleteMessage', { QueueUrl: url, ReceiptHandle: receiptHandle }, { access: 'write' });
      },
      deadLetters: async () => {
        const input = { QueueUrl: deadLetterUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
        const { Messages = [] } = await aws.call(
          sqs,
          'ReceiveMessage',
          { ...input, VisibilityTimeout: 0 },
          { access: 'write' },
        );
        return Messages.map(({ Body = '', MessageAttributes = {} }) => ({
          body: Body,
          attributes: Object.fromEntries(
            Object.entries(MessageAttributes).map(([key, { StringValue = '' }]) => [key, StringValue]),
          ),
        }));
      },
      waiting: async () => {
        const input = { QueueUrl: url, AttributeNames: ['All'] };
        const { Attributes = {} } = await aws.call(sqs, 'GetQueueAttributes', input, { access: 'read' });
        return (
          Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
        );
      },
    };
  },
};

queueContract(`SQS on ${foreign ?? 'the embedded endpoint'}`, () => driver);
