import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RuntimeApi } from './runtime-api.ts';
import { startRuntimeApi } from './runtime-api.ts';

const event = {
  requestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  deadlineMs: 1_542_409_706_888,
  invokedFunctionArn: 'arn:aws:lambda:us-east-2:123456789012:function:custom-runtime',
  traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
};
let api: RuntimeApi;

beforeEach(async () => {
  api = await startRuntimeApi({ functionName: 'orders', handler: 'orders.handler', accountId: '123456789012' });
});

afterEach(async () => {
  await api.close();
});

const call = (path: string, init?: RequestInit) => fetch(`http://${api.address}${path}`, init);
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  call(`/2018-06-01/runtime/${path}`, { method: 'POST', body, headers });
const next = () => call('/2018-06-01/runtime/invocation/next');

test('an invocation carries the headers that the Runtime API documents', async () => {
  const waiting = next();
  await api.idle();
  const answered = api.invoke(event, '{"order":1}');
  const response = await waiting;
  expect(await response.json()).toEqual({ order: 1 });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'lambda-runtime-aws-request-id': event.requestId,
    'lambda-runtime-deadline-ms': '1542409706888',
    'lambda-runtime-invoked-function-arn': event.invokedFunctionArn,
    'lambda-runtime-trace-id': event.traceId,
  });
  const accepted = await post(`invocation/${event.requestId}/response`, '{"done":true}');
  expect([accepted.status, await accepted.json()]).toEqual([202, { status: 'OK' }]);
  expect(await answered).toEqual({ payload: '{"done":true}' });
});

test('an answer to another invocation, or a second one, is refused', async () => {
  const waiting = next();
  await api.idle();
  const answered = api.invoke(event, '{}');
  await waiting;
  const wrong = await post('invocation/00000000-0000-0000-0000-000000000000/response', '1');
  expect([wrong.status, await wrong.json()]).toEqual([400, expect.objectContaining({ errorType: 'InvalidRequestID' })]);
  await post(`invocation/${event.requestId}/response`, '2');
  expect((await post(`invocation/${event.requestId}/response`, '3')).status).toBe(400);
  expect(await answered).toEqual({ payload: '2' });
});

test.each([
  [
    '{"errorType":"OrderError","errorMessage":"bad","trace":["a"]}',
    { errorType: 'OrderError', errorMessage: 'bad', trace: ['a'] },
  ],
  ['{"errorMessage":"bad","stackTrace":["a"]}', { errorType: 'Custom.Kind', errorMessage: 'bad', trace: ['a'] }],
  ['not json', { errorType: 'Custom.Kind', errorMessage: 'not json' }],
  ['null', { errorType: 'Custom.Kind', errorMessage: 'null' }],
])('an error as %s', async (body, fault) => {
  const waiting = next();
  await api.idle();
  const answered = api.invoke(event, '{}');
  await waiting;
  const headers = { 'lambda-runtime-function-error-type': 'Custom.Kind' };
  expect((await post(`invocation/${event.requestId}/error`, body, headers)).status).toBe(202);
  expect(await answered).toEqual({ fault });
});

test('an init error is kept, the first one', async () => {
  expect(api.initFault()).toBeUndefined();
  await post('init/error', '{"errorType":"ConfigError","errorMessage":"no table"}');
  await post('init/error', '{"errorType":"Second","errorMessage":""}');
  expect(api.initFault()).toEqual({ errorType: 'ConfigError', errorMessage: 'no table' });
});

test('a runtime that is not waiting cannot be invoked; unknown paths are 404', async () => {
  await expect(api.invoke(event, '{}')).rejects.toThrow('the runtime does not wait for an invocation');
  expect((await call('/2018-06-01/runtime/nothing')).status).toBe(404);
  expect((await call('/2015-01-01/other')).status).toBe(404);
});

test('at most ten extensions; a name, a list of events and an identifier are needed', async () => {
  const register = async (name: string | undefined, body = '{"events":[]}', headers: Record<string, string> = {}) => {
    const named = name === undefined ? headers : { ...headers, 'lambda-extension-name': name };
    const response = await call('/2020-01-01/extension/register', { method: 'POST', headers: named, body });
    return { status: response.status, ...((await response.json()) as Record<string, string>) };
  };
  expect(await register(undefined)).toMatchObject({ status: 403, errorType: 'Extension.InvalidExtensionName' });
  expect(await register('x', '{"events":"INVOKE"}')).toMatchObject({ status: 400, errorType: 'InvalidRequestFormat' });
  expect(await register('x', '{"events":["SLEEP"]}')).toMatchObject({
    status: 403,
    errorType: 'Extension.InvalidEventType',
  });
  for (let count = 1; count <= 10; count += 1) {
    const features = { 'lambda-extension-accept-feature': 'accountId' };
    expect(await register(`x${count}`, '', features)).toMatchObject({ status: 200, accountId: '123456789012' });
  }
  expect(await register('x11')).toMatchObject({ status: 403, errorType: 'Extension.TooManyExtensions' });
  const nameless = await call('/2020-01-01/extension/event/next');
  expect([nameless.status, await nameless.json()]).toEqual([
    403,
    expect.objectContaining({ errorType: 'Extension.MissingExtensionIdentifier' }),
  ]);
});

test('managed instances refuse extensions that ask for invocation events', async () => {
  const managed = await startRuntimeApi({
    functionName: 'orders',
    handler: 'orders.handler',
    accountId: '123456789012',
    invokeEvents: false,
  });
  const register = (name: string, events: readonly string[]) =>
    fetch(`http://${managed.address}/2020-01-01/extension/register`, {
      method: 'POST',
      headers: { 'lambda-extension-name': name },
      body: JSON.stringify({ events }),
    });
  const refused = await register('follower', ['INVOKE']);
  expect([refused.status, await refused.json()]).toEqual([
    403,
    expect.objectContaining({ errorType: 'Extension.InvalidEventType' }),
  ]);
  expect((await register('quiet', [])).status).toBe(200);
  await managed.close();
});

test('several workers wait at once, and each event goes to the one that has waited longest', async () => {
  const ids = ['11111111-e9f4-11e8-9739-2dfe598c3fcd', '22222222-e9f4-11e8-9739-2dfe598c3fcd'];
  const first = next();
  await api.idle();
  const second = next();
  const answers = ids.map(async (requestId) => {
    while (!api.waiting()) await api.idle();
    return api.invoke({ ...event, requestId }, '{}');
  });
  for (const [index, waiting] of [first, second].entries()) {
    expect((await waiting).headers.get('lambda-runtime-aws-request-id')).toBe(ids[index]);
  }
  // In whatever order they answer.
  for (const id of ids.toReversed()) expect((await post(`invocation/${id}/response`, `"${id}"`)).status).toBe(202);
  expect(await Promise.all(answers)).toEqual(ids.map((id) => ({ payload: `"${id}"` })));
});
