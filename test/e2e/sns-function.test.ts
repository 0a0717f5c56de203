import { dynamodb, sns, sqs } from '@twelvefold/aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logged } from '../parity/logged.ts';
import type { RunningApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import type { Way } from './fixtures/inbox/start-inbox.ts';
import { startInbox } from './fixtures/inbox/start-inbox.ts';

// One publication, handled by a service and by a function through the queue, and by a function that
// the topic invokes itself.

const WAYS: readonly Way[] = ['function, by the topic', 'function, by the queue', 'service, by the queue'];
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const apps = new Map<Way, RunningApp>();

beforeAll(async () => {
  for (const way of WAYS) apps.set(way, await startInbox(way));
});
afterAll(async () => {
  for (const app of apps.values()) await app[Symbol.asyncDispose]();
});

async function publish(app: RunningApp, flow: string, message: string): Promise<string> {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const { MessageId = '' } = await app.aws.call(
    sns,
    'Publish',
    {
      TopicArn: app.physicalId('AWS::SNS::Topic', '-events'),
      Message: message,
      MessageAttributes: { correlationId: text(flow), traceparent: text(TRACEPARENT), tenant: text('t-1') },
    },
    { access: 'write' },
  );
  return MessageId;
}

async function rowOf(app: RunningApp, id: string): Promise<Record<string, unknown>> {
  const TableName = app.physicalId('AWS::DynamoDB::Table', '-rows');
  const { Item = {} } = await app.aws.call(
    dynamodb,
    'GetItem',
    { TableName, Key: { id }, ConsistentRead: true },
    { access: 'read' },
  );
  return Item;
}

async function letters(app: RunningApp, contains: string, count: number) {
  const QueueUrl = app.physicalId('AWS::SQS::Queue', '-inbox-dead-letter');
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], VisibilityTimeout: 0 };
  const found = await until(
    `${count} dead letters with ${contains} are there`,
    async () => {
      const { Messages = [] } = await app.aws.call(sqs, 'ReceiveMessage', input, { access: 'write' });
      return Messages.filter(({ Body }) => Body?.includes(contains));
    },
    (some) => some.length >= count,
  );
  return found.map(({ Body, MessageAttributes = {} }) => ({
    body: Body,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));
}

/** `until`; where Lambda repeats an invocation after minutes, they pass meanwhile. */
function passing<T>(
  app: RunningApp,
  what: string,
  look: () => T | Promise<T>,
  enough: (seen: T) => boolean,
): Promise<T> {
  const jump = apps.get('function, by the topic') === app;
  return until(
    what,
    async () => {
      if (jump) app.endpoint.clock.advance(60_000);
      return look();
    },
    enough,
    20_000,
  );
}

async function flow(app: RunningApp, id: string, message: string, times = 1) {
  const count = () => app.log.of(id).filter((line) => line.message === message).length;
  await passing(app, `${id} logs "${message}" ${times} times`, count, (found) => found >= times);
  return logged(app, id, { component: 'inbox', message });
}

interface Case {
  readonly name: string;
  run(app: RunningApp): Promise<unknown>;
  readonly contract: unknown;
}

const CASES: readonly Case[] = [
  {
    name: 'is handled in its flow, with what the publisher said of it',
    contract: {
      row: { id: 'a', attempts: 1, correlationId: 'flow-a', traceparent: TRACEPARENT, tenant: 't-1', sent: true },
      lines: [{ component: 'inbox', level: 'INFO', message: 'message handled' }],
    },
    run: async (app) => {
      const publishedAt = app.endpoint.clock.now();
      await publish(app, 'flow-a', '{"id":"a","does":"succeed"}');
      const lines = await flow(app, 'flow-a', 'message handled');
      const { sentAtMs, ...row } = await rowOf(app, 'a');
      const sentAfterMs = Number(sentAtMs) - publishedAt;
      return { lines, row: { ...row, sent: sentAfterMs >= 0 && sentAfterMs < 10_000 } };
    },
  },
  {
    name: 'that fails comes again and is handled then',
    contract: {
      row: { id: 'b', attempts: 2, correlationId: 'flow-b' },
      lines: [{ level: 'WARN', message: 'message failed and comes again' }, { message: 'message handled' }],
    },
    run: async (app) => {
      await publish(app, 'flow-b', '{"id":"b","does":"fail-once"}');
      return {
        lines: await flow(app, 'flow-b', 'message handled'),
        row: { ...(await rowOf(app, 'b')), sentAtMs: undefined },
      };
    },
  },
  {
    // What comes then differs: the queue's consumer moves it to the dead-letter queue, Lambda to
    // the function's own.
    name: 'that always fails is tried three times',
    contract: { attempts: 3 },
    run: async (app) => {
      await publish(app, 'flow-c', '{"id":"c","does":"fail"}');
      return passing(
        app,
        'it was tried three times',
        () => rowOf(app, 'c'),
        ({ attempts }) => Number(attempts) >= 3,
      );
    },
  },
  {
    name: 'that is poison is a dead letter of the queue at once',
    contract: {
      row: { attempts: 1 },
      lines: [{ level: 'ERROR', message: 'message moved to the dead-letter queue' }],
      letters: [
        {
          body: '{"id":"d","does":"poison"}',
          attributes: {
            reason: 'd is invalid',
            correlationId: 'flow-d',
            sourceQueue: 'inbox-test-inbox',
            tenant: 't-1',
            traceparent: TRACEPARENT,
          },
        },
      ],
    },
    run: async (app) => {
      await publish(app, 'flow-d', '{"id":"d","does":"poison"}');
      const lines = await flow(app, 'flow-d', 'message moved to the dead-letter queue');
      return { lines, letters: await letters(app, '"d"', 1), row: await rowOf(app, 'd') };
    },
  },
  {
    name: 'that does not fit, or is no JSON, is poison before the handler sees it',
    contract: {
      row: {},
      letters: [{ attributes: { reason: expect.stringMatching(/^does: /) } }],
      others: [{ attributes: { reason: expect.stringContaining('JSON') } }],
    },
    run: async (app) => {
      await publish(app, 'flow-e', '{"id":"e","does":7}');
      await publish(app, 'flow-f', 'Hello from SNS!');
      await flow(app, 'flow-f', 'message moved to the dead-letter queue');
      return {
        lines: await flow(app, 'flow-e', 'message moved to the dead-letter queue'),
        letters: await letters(app, '"e"', 1),
        others: await letters(app, 'Hello', 1),
        row: await rowOf(app, 'e'),
      };
    },
  },
  {
    name: 'that is dropped is done',
    contract: { row: { attempts: 1 }, lines: [{ level: 'WARN', message: 'message dropped' }] },
    run: async (app) => {
      await publish(app, 'flow-g', '{"id":"g","does":"drop"}');
      return { lines: await flow(app, 'flow-g', 'message dropped'), row: await rowOf(app, 'g') };
    },
  },
  {
    name: 'that is published twice takes effect once',
    contract: { row: { attempts: 2, effects: 1 } },
    run: async (app) => {
      for (let time = 0; time < 2; time += 1) await publish(app, 'flow-h', '{"id":"h","does":"once"}');
      return { lines: await flow(app, 'flow-h', 'message handled', 2), row: await rowOf(app, 'h') };
    },
  },
];

describe('a message of a topic, by whichever way it comes,', () => {
  it.each(CASES)('$name', async ({ run, contract }) => {
    const [first, ...others] = await Promise.all(WAYS.map((way) => run(apps.get(way) as RunningApp))); // all were started
    expect(first).toMatchObject(contract as object);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('what is the function alone', () => {
  const byTopic = () => apps.get('function, by the topic') as RunningApp; // it was started
  const metricsOf = (app: RunningApp) =>
    app
      .lines()
      .flatMap((line) => (line.includes('"messagesReceived"') ? [JSON.parse(line) as Record<string, unknown>] : []));

  it('counts what SNS brought as it counts what a queue brought', async () => {
    const all = metricsOf(byTopic());
    const sum = (name: string) => all.reduce((total, line) => total + Number(line[name] ?? 0), 0);
    const [received, handled, failed] = ['messagesReceived', 'messagesHandled', 'messagesFailed'].map(sum);
    expect({ received, handled, failed }).toEqual({
      received: 12,
      handled: 4,
      failed: 8,
    });
    expect(all.every(({ component }) => component === 'inbox')).toBe(true);
  });

  it('fails the invocation for what was not acknowledged, and for nothing else', () => {
    const failures = byTopic()
      .lines()
      .flatMap((line) => (line.includes('"invocation failed"') ? [JSON.parse(line) as Record<string, unknown>] : []));
    expect(failures.map(({ failure, error }) => [failure, (error as { message?: string }).message])).toEqual(
      Array.from({ length: 4 }, () => [
        'handler',
        expect.stringMatching(/^Cannot acknowledge 1 of 1 messages from SNS to 'inbox'/),
      ]),
    );
  });

  it('refuses a topic that its queue does not subscribe to, before anything is handled', async () => {
    const record = (name: string, id: string) => ({
      EventVersion: '1.0',
      EventSource: 'aws:sns',
      EventSubscriptionArn: `arn:aws:sns:eu-west-1:000000000000:${name}:1`,
      Sns: {
        MessageId: id,
        TopicArn: `arn:aws:sns:eu-west-1:000000000000:${name}`,
        Message: `{"id":"${id}","does":"succeed"}`,
        Timestamp: '2026-11-23T00:00:00.000Z',
      },
    });
    const event = { Records: [record('inbox-test-events', 'mine'), record('others', 'foreign')] };
    const { error } = (await byTopic().launched.functions.inbox?.invoke(event)) ?? {};
    expect(error).toMatchObject({
      errorMessage: expect.stringMatching(/topics that the queue 'inbox' subscribes to.*others" is not one of them/),
    });
    expect(await rowOf(byTopic(), 'mine')).toEqual({});
  });
});
