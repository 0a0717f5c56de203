import { sqs } from '@twelvefold/aws';
import { expect } from 'vitest';
import type { RunningApp } from '../../../support/start-app.ts';
import { until } from '../../../support/until.ts';
import { createClient } from '../../client.ts';
import { fieldsOf, linesOf, logged } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';
import { TOKEN } from '../start-probe.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Sends a job through the HTTP front: the flow begins with a request. */
function send(
  app: RunningApp,
  path: string,
  body: unknown,
  correlationId: string,
  headers: Record<string, string> = {},
) {
  return createClient(app).send('POST', path, { body, headers: { 'x-correlation-id': correlationId, ...headers } });
}

function row(app: RunningApp, id: string, done: (row: Record<string, unknown>) => boolean = () => true) {
  return until(
    `the row ${id} is written`,
    async () => {
      const { status, body } = await createClient(app).send('GET', `/rows?id=${id}`);
      return status === 200 ? (body as Record<string, unknown>) : undefined;
    },
    (found) => found !== undefined && done(found),
  );
}

async function deadLetter(app: RunningApp, nameEnd: string, contains: string) {
  const QueueUrl = app.physicalId('AWS::SQS::Queue', nameEnd);
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], VisibilityTimeout: 0 };
  const [found] = await until(
    `a dead letter with ${contains} arrives`,
    async () => {
      const { Messages = [] } = await app.aws.call(sqs, 'ReceiveMessage', input, { access: 'write' });
      return Messages.filter(({ Body }) => Body?.includes(contains));
    },
    (letters) => letters.length > 0,
  );
  return {
    body: found?.Body,
    attributes: Object.fromEntries(
      Object.entries(found?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  };
}

export const MESSAGE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a message carries correlation and trace from the request that sent it',
    contract: { row: { correlationId: 'probe-job', traceparent: TRACEPARENT, receives: 1 } },
    run: async (app) => {
      await send(app, '/jobs', { id: 'job', does: 'succeed' }, 'probe-job', { traceparent: TRACEPARENT });
      return {
        row: await row(app, 'job'),
        logged: await logged(app, 'probe-job', { component: 'jobs', message: 'message handled' }),
      };
    },
  },
  {
    name: 'a message that fails once is handled at its second delivery',
    contract: { row: { receives: 2 }, logged: expect.arrayContaining([expect.objectContaining({ level: 'WARN' })]) },
    run: async (app) => {
      await send(app, '/jobs', { id: 'fails-once', does: 'fail-once' }, 'probe-fails-once');
      return {
        row: await row(app, 'fails-once'),
        logged: await logged(app, 'probe-fails-once', { component: 'jobs', message: 'message handled' }),
      };
    },
  },
  {
    name: 'a message whose handler asks for a retry comes again when it asked for it',
    contract: { row: { receives: 2 }, delays: [1_000] },
    run: async (app) => {
      await send(app, '/jobs', { id: 'retry-once', does: 'retry-once' }, 'probe-retry');
      const found = await row(app, 'retry-once');
      const lines = await linesOf(app, 'probe-retry', { component: 'jobs', message: 'message handled' });
      const again = lines.filter(({ message }) => message === 'message failed and comes again');
      return { row: found, delays: again.map(({ fields }) => fields.delay_ms) };
    },
  },
  {
    name: 'a message that always fails is a dead letter after its receives, and its secret is in no line',
    contract: {
      letter: { body: '{"id":"never","does":"fail"}', attributes: { reason: 'its last receive failed: Error' } },
      tries: 2,
      last: [{ level: 'ERROR', receive_count: 3 }],
    },
    run: async (app) => {
      await send(app, '/jobs', { id: 'never', does: 'fail' }, 'probe-never');
      const letter = await deadLetter(app, '-jobs-dead-letter', '"never"');
      const message = 'message failed for the last time and was moved to the dead-letter queue';
      const all = await linesOf(app, 'probe-never', { component: 'jobs', message });
      const lines = all.filter((line) => line.message === 'message failed and comes again');
      const last = all.filter((line) => line.message === message);
      return {
        letter,
        tries: lines.length,
        levels: lines.map(({ fields }) => fields.level),
        last: last.map(({ fields: { level, receive_count, reason } }) => ({ level, receive_count, reason })),
      };
    },
  },
  {
    name: 'poison goes straight to the dead-letter queue, with its reason and its flow',
    contract: {
      letter: { attributes: { correlationId: 'probe-poison', reason: expect.stringContaining('bad is invalid') } },
      logged: [{ component: 'http' }, { component: 'jobs', level: 'ERROR' }],
    },
    run: async (app) => {
      await send(app, '/jobs', { id: 'bad', does: 'poison' }, 'probe-poison');
      const last = { component: 'jobs', message: 'message moved to the dead-letter queue' };
      return {
        logged: await logged(app, 'probe-poison', last),
        letter: await deadLetter(app, '-jobs-dead-letter', '"bad"'),
      };
    },
  },
  {
    name: 'a dropped message is gone and said so',
    contract: { reason: expect.stringContaining('old is out of date'), left: '0' },
    run: async (app) => {
      await send(app, '/jobs', { id: 'old', does: 'drop' }, 'probe-drop');
      const { reason } = await fieldsOf(app, 'probe-drop', { component: 'jobs', message: 'message dropped' });
      const QueueUrl = app.physicalId('AWS::SQS::Queue', '-jobs');
      const left = await until(
        'the queue is empty',
        async () => {
          const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
          const input = { QueueUrl, AttributeNames: names };
          const { Attributes = {} } = await app.aws.call(sqs, 'GetQueueAttributes', input as never, {
            access: 'read',
          });
          return names.map((name) => Attributes[name as never]).join();
        },
        (counts) => counts === '0,0',
      );
      return { reason, left: left.slice(0, 1) };
    },
  },
  {
    name: 'an effect in a transaction happens once however often it is tried',
    contract: { effects: 1 },
    run: async (app) => {
      await send(app, '/jobs', { id: 'once', does: 'twice-in-transaction' }, 'probe-once');
      await linesOf(app, 'probe-once', { component: 'jobs', message: 'message handled' });
      return row(app, 'once');
    },
  },
  {
    name: 'a handler logs with redaction by key and by value, and causes to the end',
    contract: {
      level: 'INFO',
      job: 'logs',
      password: expect.not.stringContaining('hunter2'),
      text: expect.not.stringContaining(TOKEN),
      error: { name: 'Error', message: 'outer' },
      debug: 0,
    },
    run: async (app) => {
      await send(app, '/jobs', { id: 'logs', does: 'log' }, 'probe-logs');
      const lines = await linesOf(app, 'probe-logs', { component: 'jobs', message: 'message handled' });
      const { fields } = lines.find(({ message }) => message === 'everything') ?? { fields: {} };
      const { level, job, password, nested, error } = fields as Record<string, Record<string, unknown>>;
      const { name, message, cause } = error ?? {};
      const { errors } = (cause ?? {}) as { errors?: Array<{ message?: string }> };
      return {
        level,
        job,
        password,
        text: nested?.text,
        authorization: nested?.authorization,
        error: { name, message, inner: errors?.map((inner) => inner.message) },
        debug: lines.filter(({ message: text }) => text === 'not at this level').length,
      };
    },
  },
  {
    name: 'many are sent at once, the misfits named',
    contract: { status: 202, rows: ['many-0', 'many-11'] },
    run: async (app) => {
      const jobs = Array.from({ length: 12 }, (_, index) => ({ id: `many-${index}`, does: 'succeed' }));
      const { status, body } = await send(app, '/jobs/many', jobs, 'probe-many');
      const rows = [await row(app, 'many-0'), await row(app, 'many-11')];
      return { status, body, rows: rows.map((found) => found?.id) };
    },
  },
  {
    name: 'a lane keeps its order, past a failure, beside other lanes',
    contract: { a: [1, 2, 3, 4], b: [1, 2, 3] },
    run: async (app) => {
      const steps = [
        ...[1, 2, 3, 4].map((step) => ({ lane: 'lane-a', step, ...(step === 2 ? { failOnce: true } : {}) })),
        ...[1, 2, 3].map((step) => ({ lane: 'lane-b', step })),
      ];
      await send(app, '/steps', steps, 'probe-lanes');
      const all = (count: number) => (found: Record<string, unknown>) => (found.steps as unknown[]).length >= count;
      const a = await row(app, 'lane-a', all(4));
      const b = await row(app, 'lane-b', all(3));
      return { a: a?.steps, b: b?.steps };
    },
  },
  {
    name: 'what a topic carries arrives in the subscribed queue with its flow',
    contract: { correlationId: 'probe-news', traceparent: TRACEPARENT },
    run: async (app) => {
      const news = { id: 'news', kind: 'loud', text: 'extra' };
      await send(app, '/news', news, 'probe-news', { traceparent: TRACEPARENT });
      return row(app, 'news');
    },
  },
  {
    name: "metrics of a message are its own, not its neighbours'",
    contract: { each: [1] },
    run: async (app) => {
      const emf = app
        .lines()
        .flatMap((line) => (line.includes('"JobSeen"') ? [JSON.parse(line) as Record<string, unknown>] : []));
      return { each: [...new Set(emf.flatMap(({ JobSeen }) => JobSeen))] };
    },
  },
  {
    name: 'a consumer says how it is doing: every metric by its name, under its component',
    contract: {
      dimensions: ['component', 'service'],
      names: [
        'handlerTime',
        'messageAge',
        'messagesFailed',
        'messagesFailed.drop',
        'messagesFailed.exhausted',
        'messagesFailed.poison',
        'messagesFailed.retry',
        'messagesHandled',
        'messagesInFlight',
        'messagesReceived',
      ],
    },
    run: async (app) => {
      interface Directive {
        readonly Dimensions: readonly string[][];
        readonly Metrics: ReadonlyArray<{ readonly Name: string }>;
      }
      const directives = () =>
        app.lines().flatMap((line): readonly Directive[] => {
          if (!line.includes('"messagesInFlight"') || !line.includes('"component":"jobs"')) return [];
          return (JSON.parse(line) as { _aws: { CloudWatchMetrics: Directive[] } })._aws.CloudWatchMetrics;
        });
      const names = () => [...new Set(directives().flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)))].sort();
      for (const does of ['succeed', 'fail', 'poison', 'drop'])
        await send(app, '/jobs', { id: `metrics-${does}`, does }, `probe-metrics-${does}`);
      // A service says it every ten seconds.
      await expect.poll(() => names().length, { timeout: 25_000 }).toBeGreaterThanOrEqual(10);
      const dimensions = new Set(directives().flatMap(({ Dimensions }) => Dimensions.flat()));
      return { dimensions: [...dimensions].sort(), names: names() };
    },
  },
  {
    name: 'no line of any log holds the secret, or a password',
    contract: { lines: true, leaks: [] },
    run: async (app) => ({
      lines: app.lines().length > 50,
      leaks: app.lines().filter((line) => line.includes(TOKEN) || line.includes('hunter2')),
    }),
  },
];
