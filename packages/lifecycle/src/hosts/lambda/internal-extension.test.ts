import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createLifecycle } from '../../index.ts';
import type { ShutdownReport } from '../../internal.ts';
import { onTerminate, registerInternalExtension, TERMINATE_BUDGET_MS } from './internal.ts';

const closers: Array<() => void> = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function runtimeApi(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('registers for no event and asks for the next, which keeps nothing alive', async () => {
  const seen: string[] = [];
  const asked = Promise.withResolvers<void>();
  const api = await runtimeApi(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { 'lambda-extension-name': name, 'lambda-extension-identifier': id } = request.headers;
    seen.push(`${request.method} ${request.url} ${name ?? id} ${Buffer.concat(chunks)}`);
    if (request.method === 'POST') response.writeHead(200, { 'lambda-extension-identifier': 'id-1' }).end('{}');
    else asked.resolve();
  });
  expect(await registerInternalExtension({ runtimeApi: api, http })).toBeUndefined();
  await asked.promise;
  expect(seen).toEqual([
    'POST /2020-01-01/extension/register twelvefold {"events":[]}',
    'GET /2020-01-01/extension/event/next id-1 ',
  ]);
});

it.each([
  ['a refusal', (response: ServerResponse) => response.writeHead(403).end(), 'answered 403'],
  ['no identifier', (response: ServerResponse) => response.writeHead(200).end(), 'answered 200'],
  ['a broken connection', (response: ServerResponse) => response.destroy(), 'socket hang up'],
  ['no answer', () => undefined, 'no answer within 50 ms'],
])('goes on without it after %s', async (_what, answer, reason) => {
  const api = await runtimeApi((_request, response) => void answer(response));
  const refused = await registerInternalExtension({ runtimeApi: api, http, timeoutMs: 50 });
  expect(refused?.message).toContain(`Cannot register the extension 'twelvefold'`);
  expect(refused?.message).toContain(reason);
});

it('goes on without a Runtime API', async () => {
  expect(await registerInternalExtension({ runtimeApi: '127.0.0.1:1', http })).toBeInstanceOf(Error);
});

it('stops the lifecycle on SIGTERM within what Lambda gives, reports, and ends the process although the report fails', async () => {
  const killed = Promise.withResolvers<unknown[]>();
  const process = Object.assign(new EventEmitter(), {
    pid: 7,
    kill: (...args: unknown[]) => killed.resolve([...args, process.listenerCount('SIGTERM')]),
  });
  process.on('SIGTERM', () => {}); // any other, which would keep the signal from ending the process
  const lifecycle = createLifecycle({ budgetMs: TERMINATE_BUDGET_MS });
  let flushed = false;
  lifecycle.register({
    name: 'metrics',
    flush: () => {
      flushed = true;
    },
  });
  await lifecycle.start();
  const reports: ShutdownReport[] = [];
  onTerminate(process, lifecycle, (report) => {
    reports.push(report);
    throw new Error('cannot write');
  });
  process.emit('SIGTERM');
  expect(await killed.promise).toEqual([7, 'SIGTERM', 0]);
  expect(flushed).toBe(true);
  expect(reports).toMatchObject([{ reason: 'SIGTERM', budgetMs: 300 }]);
});
