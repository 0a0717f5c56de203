import { verify, X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach } from 'vitest';

const NOW = Date.UTC(2026, 10, 20, 12);

export const REGION = 'eu-west-1';

export const TOPIC = `arn:aws:sns:${REGION}:123456789012:events`;

export let aws: LocalAws;

export let sns: SNSClient;

export let sqs: SQSClient;

/**
 * Delays that were set on the clock, in milliseconds: nothing else shows from outside that a retry
 * waits.
 */
let armed: number[];

export async function start(options: { snapshot?: string } = {}): Promise<void> {
  const clock = createClock(() => NOW);
  armed = [];
  const after: typeof clock.after = (ms, callback) => {
    armed.push(ms);
    return clock.after(ms, callback);
  };
  aws = await startLocalAws({ clock: { ...clock, after }, ...options });
  const settings = {
    endpoint: aws.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  sns = new SNSClient(settings);
  sqs = new SQSClient(settings);
}

export const stop = async () => {
  sns.destroy();
  sqs.destroy();
  await aws.close();
};

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A URL that answers `status`, and what it was sent. */
interface Receiver extends AsyncDisposable {
  readonly url: string;
  status: number;
  readonly posted: Posted[];
  /** Resolves once it has got `count` requests in all. */
  got(count: number): Promise<Posted>;
}

export async function listen(): Promise<Receiver> {
  const posted: Posted[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      response.writeHead(receiver.status).end();
      posted.push({ headers: request.headers, body });
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, // a TCP server that listens has one
    status: 200,
    posted,
    got: (count) =>
      new Promise((resolve) => {
        const look = () => {
          const last = posted[count - 1];
          if (last === undefined) return;
          waiting.delete(look);
          resolve(last);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

export const queueArn = (name: string) => `arn:aws:sqs:${REGION}:123456789012:${name}`;

export const createTopic = (Attributes: Record<string, string> = {}) =>
  sns.send(new CreateTopicCommand({ Name: 'events', Attributes }));

export const createQueue = (QueueName: string, Attributes: Record<string, string> = {}) =>
  sqs.send(new CreateQueueCommand({ QueueName, Attributes }));

export async function subscribe(
  Protocol: string,
  Endpoint: string,
  Attributes: Record<string, string> = {},
): Promise<string> {
  const input = { TopicArn: TOPIC, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true };
  return (await sns.send(new SubscribeCommand(input))).SubscriptionArn ?? '';
}

export const publish = (Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn: TOPIC, Message, ...more }));

export async function receive(name: string, wait = 0): Promise<Message[]> {
  const input = {
    QueueUrl: `${aws.url}/123456789012/${name}`,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    WaitTimeSeconds: wait,
  };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

export const confirm = (Token: string, AuthenticateOnUnsubscribe?: string) =>
  sns.send(new ConfirmSubscriptionCommand({ TopicArn: TOPIC, Token, AuthenticateOnUnsubscribe }));

export const seconds = (count: number) => aws.clock.advance(count * 1000);

export const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Resolves once `count` retries in all were set going, each `wait` seconds later. */
export async function retrying(wait: number, count = 1): Promise<void> {
  while (armed.filter((ms) => ms === wait * 1000).length < count) await turn();
}

/** A confirmed subscription of a receiver. */
export async function confirmed(receiver: Receiver, attributes: Record<string, string> = {}): Promise<string> {
  const arn = await subscribe('http', receiver.url, attributes);
  await confirm(JSON.parse((await receiver.got(1)).body).Token);
  return arn;
}

const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/** Verifies a message as the developer guide says, with the certificate that it names. */
export async function isSigned(body: string): Promise<boolean> {
  const message = JSON.parse(body);
  const names = SIGNED[message.Type as keyof typeof SIGNED].filter((name) => message[name] !== undefined); // of the three
  const text = names.map((name) => `${name}\n${message[name]}\n`).join('');
  const certificate = new X509Certificate(await (await fetch(message.SigningCertURL)).text());
  const algorithm = { 1: 'sha1', 2: 'sha256' }[message.SignatureVersion as '1' | '2'];
  return verify(algorithm, Buffer.from(text), certificate.publicKey, Buffer.from(message.Signature, 'base64'));
}

/** Registers the hooks that each test needs. */
export function prepareTopics(): void {
  beforeEach(() => start());
  afterEach(stop);
}
