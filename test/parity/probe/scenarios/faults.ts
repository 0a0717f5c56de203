import { sqs } from '@twelvefold/aws';
import { expect } from 'vitest';
import type { RunningApp } from '../../../support/start-app.ts';
import { until } from '../../../support/until.ts';
import { createClient } from '../../client.ts';
import { fieldsOf, logged } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';

/** Sends a job and waits for its row: what there is of it when it has been handled. */
async function jobDone(app: RunningApp, id: string, does: string, correlationId: string) {
  const headers = { 'x-correlation-id': correlationId };
  const { status } = await createClient(app).send('POST', '/jobs', { body: { id, does }, headers });
  expect(status).toBe(202);
  const { body } = await until(
    `the row ${id} is written`,
    () => createClient(app).send('GET', `/rows?id=${id}`),
    (seen) => seen.status === 200,
  );
  return body as { receives?: number }; // the probe's own row
}

/** How often each of the faults has struck. */
const struck = (app: RunningApp) => app.endpoint.faults.list().map((fault) => fault.struck);

export const FAULT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a throttled table is asked again, and the caller sees no error',
    contract: { status: 404 },
    run: async (app) => {
      const fault = {
        service: 'dynamodb',
        operation: 'GetItem',
        component: 'http',
        kind: 'throttle',
        times: 1,
      } as const;
      app.endpoint.faults.add(fault);
      const headers = { 'x-correlation-id': 'probe-throttled' };
      const seen = await createClient(app).send('GET', '/rows?id=absent', { headers });
      app.endpoint.faults.clear();
      return {
        ...seen,
        logged: await logged(app, 'probe-throttled', { component: 'http', message: 'request answered' }),
      };
    },
  },
  {
    name: 'a table that stays throttled is a 500 that says so in the log',
    contract: { answer: { status: 500 }, error: { name: 'AwsError' } },
    run: async (app) => {
      app.endpoint.faults.add({ service: 'dynamodb', operation: 'GetItem', component: 'http', kind: 'throttle' });
      const headers = { 'x-correlation-id': 'probe-throttled-long' };
      const answer = await createClient(app).send('GET', '/rows?id=absent', { headers });
      app.endpoint.faults.clear();
      const fields = await fieldsOf(app, 'probe-throttled-long', { component: 'http', message: 'request failed' });
      const error = fields.error as { name?: string; code?: string };
      return { answer, error: { name: error.name, code: error.code } };
    },
  },
  {
    name: 'a message whose table is away comes again, and is handled when it is back',
    contract: { receives: 2 },
    run: async (app) => {
      const fault = {
        service: 'dynamodb',
        operation: 'UpdateItem',
        component: 'jobs',
        kind: 'error500',
        times: 3,
      } as const;
      app.endpoint.faults.add(fault);
      const headers = { 'x-correlation-id': 'probe-table-away' };
      await createClient(app).send('POST', '/jobs', { body: { id: 'away', does: 'succeed' }, headers });
      const row = await until(
        'the row is written after all',
        () => createClient(app).send('GET', '/rows?id=away'),
        ({ status }) => status === 200,
      );
      app.endpoint.faults.clear();
      return row.body;
    },
  },
  {
    name: 'a queue that cannot be sent to is a 500, and nothing half sent',
    contract: { status: 500 },
    run: async (app) => {
      app.endpoint.faults.add({ service: 'sqs', operation: 'SendMessage', component: 'http', kind: 'error500' });
      const headers = { 'x-correlation-id': 'probe-no-queue' };
      const seen = await createClient(app).send('POST', '/jobs', { body: { id: 'lost', does: 'succeed' }, headers });
      app.endpoint.faults.clear();
      return { ...seen, logged: await logged(app, 'probe-no-queue', { component: 'http', message: 'request failed' }) };
    },
  },
  {
    name: 'a message that does not fit its schema is refused before it is sent',
    contract: { answer: { status: 500 }, why: { code: 'MESSAGE_INVALID', message: expect.stringContaining('does') } },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'probe-misfit' };
      const answer = await createClient(app).send('POST', '/jobs', { body: { id: 'x', does: 'dance' }, headers });
      const { error } = await fieldsOf(app, 'probe-misfit', { component: 'http', message: 'request failed' });
      const { name, code, message } = error as { name: string; code: string; message: string };
      return { answer, why: { name, code, message } };
    },
  },
  {
    name: 'a throttled queue is sent to again, and the message is there once',
    contract: { receives: 1, struck: [2], logged: [{ level: 'INFO' }, { level: 'INFO' }, { level: 'INFO' }] },
    run: async (app) => {
      const fault = {
        service: 'sqs',
        operation: 'SendMessage',
        component: 'http',
        kind: 'throttle',
        times: 2,
      } as const;
      app.endpoint.faults.add(fault);
      const { receives } = await jobDone(app, 'throttled-send', 'succeed', 'probe-throttled-send');
      const seen = struck(app);
      app.endpoint.faults.clear();
      return {
        receives,
        struck: seen,
        logged: await logged(app, 'probe-throttled-send', { component: 'jobs', message: 'message handled' }),
      };
    },
  },
  {
    name: 'a queue that stays throttled is a 500 that says so in the log, and nothing is sent',
    contract: { answer: { status: 500 }, error: { name: 'AwsError' }, handled: 0 },
    run: async (app) => {
      app.endpoint.faults.add({ service: 'sqs', operation: 'SendMessage', component: 'http', kind: 'throttle' });
      const headers = { 'x-correlation-id': 'probe-throttled-queue' };
      const answer = await createClient(app).send('POST', '/jobs', {
        body: { id: 'never-sent', does: 'succeed' },
        headers,
      });
      app.endpoint.faults.clear();
      const fields = await fieldsOf(app, 'probe-throttled-queue', { component: 'http', message: 'request failed' });
      const error = fields.error as { name?: string; code?: string };
      // What is sent after it has been handled: so would it have been.
      await jobDone(app, 'sent-after', 'succeed', 'probe-sent-after');
      const handled = app.log.of('probe-throttled-queue').filter(({ component }) => component === 'jobs').length;
      return { answer, error: { name: error.name, code: error.code }, handled };
    },
  },
  {
    name: 'a table that is throttled under a message is asked again, and the sender sees no error',
    contract: { receives: 1, struck: [2], logged: [{ level: 'INFO' }, { level: 'INFO' }, { level: 'INFO' }] },
    run: async (app) => {
      const fault = {
        service: 'dynamodb',
        operation: 'UpdateItem',
        component: 'jobs',
        kind: 'throttle',
        times: 2,
      } as const;
      app.endpoint.faults.add(fault);
      const { receives } = await jobDone(app, 'throttled-table', 'succeed', 'probe-throttled-table');
      const seen = struck(app);
      app.endpoint.faults.clear();
      return {
        receives,
        struck: seen,
        logged: await logged(app, 'probe-throttled-table', { component: 'jobs', message: 'message handled' }),
      };
    },
  },
  {
    name: 'a message whose table stays throttled comes again, and takes effect once when it is not any more',
    contract: { row: { effects: 1 }, level: 'WARN', dead: 0 },
    run: async (app) => {
      const fault = {
        service: 'dynamodb',
        operation: 'TransactWriteItems',
        component: 'jobs',
        kind: 'throttle',
      } as const;
      app.endpoint.faults.add(fault);
      const headers = { 'x-correlation-id': 'probe-throttled-long-job' };
      const job = { id: 'throttled-job', does: 'twice-in-transaction' };
      await createClient(app).send('POST', '/jobs', { body: job, headers });
      const failed = await fieldsOf(app, 'probe-throttled-long-job', {
        component: 'jobs',
        message: 'message failed and comes again',
      });
      app.endpoint.faults.clear();
      await logged(app, 'probe-throttled-long-job', { component: 'jobs', message: 'message handled' });
      const { body } = await createClient(app).send('GET', '/rows?id=throttled-job');
      const lines = app.log.of('probe-throttled-long-job');
      return {
        row: body,
        level: failed.level, // why is chance: the tries are over, or a function's time is
        dead: lines.filter(({ message }) => message.includes('dead-letter')).length,
      };
    },
  },
  {
    name: 'a message that sends another while its queue is throttled is handled once, and so is the other',
    contract: { receives: 1, steps: [1], struck: [2] },
    run: async (app) => {
      const fault = {
        service: 'sqs',
        operation: 'SendMessage',
        component: 'jobs',
        kind: 'throttle',
        times: 2,
      } as const;
      app.endpoint.faults.add(fault);
      const { receives } = await jobDone(app, 'throttled-forward', 'forward', 'probe-throttled-forward');
      const { body } = await until(
        'the step is taken',
        () => createClient(app).send('GET', '/rows?id=lane-throttled-forward'),
        (seen) => seen.status === 200,
      );
      const seen = struck(app);
      app.endpoint.faults.clear();
      return { receives, steps: (body as { steps?: number[] }).steps, struck: seen };
    },
  },
  {
    name: 'a queue that throttles receiving and deleting delivers each message once all the same',
    contract: { receives: 1, left: '0,0', handled: 1 },
    run: async (app) => {
      // The poller of a service and the event source mapping of a function are throttled alike.
      for (const operation of ['ReceiveMessage', 'DeleteMessage', 'DeleteMessageBatch']) {
        app.endpoint.faults.add({ service: 'sqs', operation, kind: 'throttle', times: 2 });
      }
      const { receives } = await jobDone(app, 'throttled-poll', 'succeed', 'probe-throttled-poll');
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
      const input = { QueueUrl: app.physicalId('AWS::SQS::Queue', '-jobs'), AttributeNames: names };
      const left = await until(
        'the queue is empty',
        async () => {
          const { Attributes = {} } = await app.aws.call(sqs, 'GetQueueAttributes', input as never, {
            access: 'read',
          });
          return names.map((name) => Attributes[name as never]).join();
        },
        (counts) => counts === '0,0',
      );
      app.endpoint.faults.clear();
      const handled = app.log.of('probe-throttled-poll').filter(({ message }) => message === 'message handled').length;
      return { receives, left, handled };
    },
  },
];
