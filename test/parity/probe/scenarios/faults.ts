import { expect } from 'vitest';
import { until } from '../../../support/until.ts';
import { createClient } from '../../client.ts';
import { fieldsOf, logged } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';

export const FAULT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a throttled table is asked again, and nobody notices',
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
      const seen = await createClient(app).send('GET', '/rows?id=nobody', { headers });
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
      const answer = await createClient(app).send('GET', '/rows?id=nobody', { headers });
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
];
