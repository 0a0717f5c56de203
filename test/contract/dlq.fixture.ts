import { createAws, sqs } from '@twelvefold/aws';
import { createDlqCommands } from '@twelvefold/backing/internal/cli';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach } from 'vitest';

const region = 'eu-west-1';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

const env = () => ({
  AWS_ENDPOINT_URL: local.url,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});

export let local: LocalAws;

export let urls: Record<string, string>;

/** As the endpoint has it: a redrive takes what is older than its begin. */
export const clock: Clock = { ...systemClock, now: () => local.clock.now() };

export const aws = () => createAws({ env: env() });

export const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** A dead letter as a consumer sends it, or as SQS moves it when there is no reason. */
export async function dead(body: string, reason?: { reason: string; fingerprint: string }) {
  const notes = reason && {
    reason: text(reason.reason),
    errorFingerprint: text(reason.fingerprint),
    sourceQueue: text('orders'),
  };
  const MessageAttributes = { correlationId: text('c-7'), tenant: text('t-1'), ...notes };
  const input = { QueueUrl: urls.dead ?? '', MessageBody: body, MessageAttributes };
  const { MessageId = '' } = await aws().call(sqs, 'SendMessage', input, { access: 'write' });
  return MessageId;
}

export async function contents(queue: string) {
  const input = {
    QueueUrl: urls[queue] ?? '',
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
    MessageAttributeNames: ['All'],
  };
  const found = new Map<string, Record<string, string>>();
  for (let turn = 0; turn < 5; turn += 1) {
    const { Messages = [] } = await aws().call(sqs, 'ReceiveMessage', input, { access: 'write' });
    for (const { Body = '', MessageAttributes = {} } of Messages)
      found.set(
        Body,
        Object.fromEntries(Object.entries(MessageAttributes).map(([key, value]) => [key, value.StringValue ?? ''])),
      );
  }
  return found;
}

interface At {
  onStdout?(text: string): void;
  ask?(question: string): Promise<string>;
  signal?: AbortSignal;
  commands?: ReturnType<typeof createDlqCommands>;
}

export async function run(name: string, given: Record<string, string>, flags: readonly string[] = [], at: At = {}) {
  const { commands = createDlqCommands({ clock }), onStdout, ...io } = at;
  const command = commands.find((one) => one.name === name);
  if (!command) throw new Error(`there is no ${name}`);
  const defaults = Object.fromEntries(
    Object.entries(command.options).flatMap(([key, option]) =>
      'default' in option ? [[key, String(option.default)]] : [],
    ),
  );
  const values: Record<string, string | undefined> = { ...defaults, ...given };
  let [stdout, stderr] = ['', ''];
  const code = await command.run(
    { text: (key) => values[key] ?? '', optional: (key) => values[key], flag: (key) => flags.includes(key) },
    {
      ...io,
      env: env(),
      stdout: {
        write: (line) => {
          stdout += line;
          onStdout?.(line);
        },
      },
      stderr: { write: (line) => (stderr += line) },
    },
  );
  return {
    code,
    stdout,
    stderr,
    rows: () =>
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

export const currency = { reason: 'unknown currency', fingerprint: '00000000000000aa' };

export const closed = { reason: 'the account is closed', fingerprint: '00000000000000bb' };

/**
 * Registers the hooks that each test needs. The endpoint's clock runs 25 times as fast: each walk
 * ends with two polls of a second.
 */
export function prepareDeadLetters(): void {
  let hurry: NodeJS.Timeout;
  beforeEach(async () => {
    local = await startLocalAws();
    hurry = setInterval(() => local.clock.advance(240), 10);
    const queue = (name: string, more: object = {}) => ({
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: name, ...more },
    });
    const { outputs } = await provision(
      {
        Resources: {
          Dead: queue('orders-dead-letter'),
          Orders: queue('orders'),
          Last: queue('last', {
            RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 9 },
          }),
          DeadFifo: queue('steps-dead-letter.fifo', { FifoQueue: true }),
          Steps: queue('steps.fifo', { FifoQueue: true }),
        },
        Outputs: {
          dead: { Value: { Ref: 'Dead' } },
          orders: { Value: { Ref: 'Orders' } },
          deadFifo: { Value: { Ref: 'DeadFifo' } },
          steps: { Value: { Ref: 'Steps' } },
        },
      },
      { endpoint: local.url, region, credentials },
    );
    urls = outputs;
  });
  afterEach(async () => {
    clearInterval(hurry);
    await local.close();
  });
}
