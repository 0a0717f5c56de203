import type { Message, ReceiveMessageCommandInput, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach } from 'vitest';
import { createClock } from '../../core/clock.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

export const NOW = Date.UTC(2026, 10, 20);

const LONG_POLL_MS = 20_000;
export const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

export let aws: LocalAws;
/** The long polls that wait: nothing else can tell from outside. */
let waits: Set<object>;
export let sqs: SQSClient;

beforeEach(async () => {
  // A machine that stands still: only advancing moves time.
  const clock = createClock(() => NOW);
  waits = new Set();
  aws = await startLocalAws({
    clock: {
      ...clock,
      after: (ms, callback) => {
        const wait = {};
        const cancel = clock.after(ms, () => {
          waits.delete(wait);
          callback();
        });
        if (ms === LONG_POLL_MS) waits.add(wait);
        return () => {
          waits.delete(wait);
          cancel();
        };
      },
    },
  });
  sqs = client();
});
afterEach(async () => {
  sqs.destroy();
  await aws.close();
});

export const client = (region = 'eu-west-1', accessKeyId = 'local') =>
  new SQSClient({ endpoint: aws.url, region, credentials: { accessKeyId, secretAccessKey: 'local' }, maxAttempts: 1 });

export async function create(name: string, attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return QueueUrl ?? '';
}

export const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;

export const send = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

export async function receive(QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const input = {
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All' as const],
    MessageAttributeNames: ['All'],
  };
  return (await sqs.send(new ReceiveMessageCommand({ ...input, ...more }))).Messages ?? [];
}

export const bodies = (messages: Message[]) => messages.map(({ Body }) => Body);
export const seconds = (count: number) => aws.clock.advance(count * 1000);

/** Resolves once exactly `count` long polls wait. */
export async function untilPolling(count = 1): Promise<void> {
  while (waits.size !== count) await new Promise((resolve) => setImmediate(resolve));
}

/** A redrive policy to the queue `name`. */
export function redrive(name: string, maxReceiveCount: number | string = 2): string {
  return JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount });
}
