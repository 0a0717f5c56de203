import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach } from 'vitest';
import { createClock } from '../../core/clock.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

export let aws: LocalAws;
export let sns: SNSClient;
export let sqs: SQSClient;

beforeEach(async () => {
  aws = await startLocalAws({ clock: createClock(() => NOW) });
  const settings = {
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  sns = new SNSClient(settings);
  sqs = new SQSClient(settings);
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await aws.close();
});

export const topicArn = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;
export const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
export const queueUrl = (name: string) => `${aws.url}/123456789012/${name}`;

export async function createTopic(name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name: name, Attributes }))).TopicArn ?? '';
}

export const createQueue = (QueueName: string, Attributes: Record<string, string> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes }));

export async function subscribe(
  topic: string,
  queue: string,
  Attributes: Record<string, string> = {},
): Promise<string> {
  const input = {
    TopicArn: topicArn(topic),
    Protocol: 'sqs',
    Endpoint: queueArn(queue),
    Attributes,
    ReturnSubscriptionArn: true,
  };
  return (await sns.send(new SubscribeCommand(input))).SubscriptionArn ?? '';
}

/** A topic `events` with a queue `queue` subscribed to it. */
export async function wired(attributes: Record<string, string> = {}): Promise<string> {
  await createTopic('events');
  await createQueue('queue');
  return subscribe('events', 'queue', attributes);
}

export const publish = (Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn: topicArn('events'), Message, ...more }));

export async function receive(name = 'queue'): Promise<Message[]> {
  const input = {
    QueueUrl: queueUrl(name),
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All' as const],
  };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

export const text = (StringValue: string) => ({ DataType: 'String', StringValue });
