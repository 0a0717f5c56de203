import type { Message, ReceiveMessageCommandInput, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, expect } from 'vitest';

export const NOW = Date.UTC(2026, 10, 20);

const stopped = () => createClock(() => NOW);

const connect = (aws: LocalAws) =>
  new SQSClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

export let aws: LocalAws;

export let sqs: SQSClient;

export const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;

export const urlOf = (name: string) => `${aws.url}/123456789012/${name}`;

export const redriveTo = (name: string, maxReceiveCount = 1) =>
  JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount });

export const create = (QueueName: string, Attributes: Record<string, string> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes }));

export const set = (name: string, Attributes: Record<string, string>) =>
  sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(name), Attributes }));

export const send = (name: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody, ...more }));

export async function receive(name: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const input = {
    QueueUrl: urlOf(name),
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All' as const],
    MessageAttributeNames: ['All'],
    ...more,
  };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

export const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

export const attributesOf = async (name: string) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ['All'] }))).Attributes ?? {};

/** Lets what is due at once happen. */
export const settle = async () => {
  aws.clock.advance(0);
  await new Promise((resolve) => setImmediate(resolve));
};

export const seconds = (count: number) => aws.clock.advance(count * 1000);

/** A queue `name` whose dead letters, as many as `count`, are in `dead`. */
export async function deadLetters(name: string, count: number, dead = 'dead'): Promise<void> {
  const fifo: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  await create(dead, fifo);
  await create(name, { ...fifo, RedrivePolicy: redriveTo(dead), VisibilityTimeout: '0' });
  for (let index = 0; index < count; index += 1) {
    const ids = name.endsWith('.fifo') ? { MessageGroupId: 'g', MessageDeduplicationId: `${index}` } : {};
    await send(name, `${index}`, ids);
    await receive(name, { MaxNumberOfMessages: 1 });
    await receive(name);
  }
  expect(await attributesOf(dead)).toMatchObject({ ApproximateNumberOfMessages: `${count}` });
}

/** Starts the endpoint, from a snapshot if there is one. */
export async function start(snapshot?: string): Promise<void> {
  aws = await startLocalAws({ clock: stopped(), ...(snapshot === undefined ? {} : { snapshot }) });
  sqs = connect(aws);
}

/** Registers the hooks that each test needs. */
export function prepareQueues(): void {
  beforeEach(async () => {
    await start();
  });
  afterEach(async () => {
    sqs.destroy();
    await aws.close();
  });
}
