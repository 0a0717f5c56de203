import type { Aws } from '@twelvefold/aws';
import { queue, table, topic } from '@twelvefold/backing';
import { driverOf } from '@twelvefold/backing/internal';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { BindingValue } from '../bindings.ts';
import type { WantedBinding } from './resolve-bindings.ts';
import { resolveBindings } from './resolve-bindings.ts';

const schema = z.object({ id: z.string() });
const DEFINITIONS = {
  url: queue('jobs', { schema }),
  arn: topic('events', { schema }),
  name: table('rows', { schema, key: 'id' }),
};

const binding = (key: string, value: BindingValue): WantedBinding => {
  const shape = driverOf(DEFINITIONS[value]).binding;
  if (!shape) throw new TypeError(`${value} has no binding`);
  const env = `TWELVEFOLD_${key.toUpperCase()}`;
  const physicalName = `app-dev-${key}`;
  return { binding: { key, value, env, parameter: `/app/dev/bindings/${key}`, physicalName }, shape };
};

/** Parameter Store holding `stored`; answers nothing else. */
function holding(stored: Readonly<Record<string, string>>): Aws {
  const answer = { Parameters: Object.entries(stored).map(([Name, Value]) => ({ Name, Value })) };
  // Only GetParameters is called, and this is its answer.
  const aws: Aws = { call: async () => answer as never, as: () => aws };
  return aws;
}

it('takes the environment before Parameter Store', async () => {
  const env = { TWELVEFOLD_JOBS: 'http://127.0.0.1:1/1/jobs', TWELVEFOLD_ROWS: '' };
  const aws = holding({ '/app/dev/bindings/rows': 'app-dev-rows' });
  const found = await resolveBindings([binding('jobs', 'url'), binding('rows', 'name')], { env, aws });
  expect([...found]).toEqual([
    ['jobs', 'http://127.0.0.1:1/1/jobs'],
    ['rows', 'app-dev-rows'],
  ]);
});

it('lists what is malformed with what is missing, where it came from, and never the value', async () => {
  const wanted = [
    binding('jobs', 'url'),
    binding('events', 'arn'),
    binding('rows', 'name'),
    binding('sessions', 'name'),
  ];
  const env = { TWELVEFOLD_JOBS: 'ftp://hunter2', TWELVEFOLD_EVENTS: 'arn:aws:sqs:eu-west-1:1:hunter2' };
  const aws = holding({ '/app/dev/bindings/rows': 'two hunter2' });
  const error = await resolveBindings(wanted, { env, aws }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'BINDINGS_INVALID',
    message: `Cannot find 4 of the app's resources:
  jobs: TWELVEFOLD_JOBS is not the URL of a queue; correct it
  events: TWELVEFOLD_EVENTS is not the ARN of a topic; correct it
  rows: the parameter /app/dev/bindings/rows is not the name of a table; correct it
  sessions: set TWELVEFOLD_SESSIONS, or put the parameter /app/dev/bindings/sessions`,
  });
});
