import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAws } from '../create-aws.ts';
import { dynamodb } from '../services/dynamodb.ts';
import { sns } from '../services/sns.ts';
import type { Pool } from './http/pool.ts';
import { createPool } from './http/pool.ts';
import { createPoolCounter } from './http/pool-counter.ts';
import type { ScriptedServer, Step } from './scripted-server.fixture.ts';
import { respond, startScriptedServer } from './scripted-server.fixture.ts';

let server: ScriptedServer;
let pool: Pool;
let nowMs: number;
beforeEach(async () => {
  server = await startScriptedServer();
  nowMs = 1_000;
  const origin = { host: '127.0.0.1', port: Number(new URL(server.url).port), tls: false };
  const limits = { maxSockets: 2, idleMs: 60_000, connectTimeoutMs: 5_000, maxResponseBytes: 1_000 };
  pool = createPool(origin, { ...limits, now: () => nowMs });
});
afterEach(async () => {
  pool.close();
  await server[Symbol.asyncDispose]();
});

const REQUEST = 'POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n';
const exchange = () => pool.exchange({ request: REQUEST, firstByteMs: 5_000, bodyMs: 5_000 });

/** A server that holds its requests and answers all of them when `answer` is called. */
function held() {
  const asked: Array<() => void> = [];
  const step: Step = (socket, request) => void asked.push(() => void respond(200)(socket, request));
  const askedBy = async (count: number) => {
    while (asked.length < count) await new Promise(setImmediate);
  };
  return {
    step,
    askedBy,
    answer: () => {
      for (const one of asked.splice(0)) one();
    },
  };
}

it('counts the most connections in use and the most calls that waited, and begins anew when it is asked', async () => {
  expect(pool.takeCounts()).toEqual({ busy: 0, idle: 0, waiting: 0, connectMs: [], waitMs: [] });
  const { step, askedBy, answer } = held();
  server.script(step);
  const calls = [exchange(), exchange(), exchange(), exchange(), exchange()];
  await askedBy(2);
  nowMs += 70;
  answer();
  await askedBy(2);
  answer();
  await askedBy(1);
  // One is in use, and stays so over the next look.
  expect(pool.takeCounts()).toEqual({ busy: 2, idle: 1, waiting: 3, connectMs: [0, 0], waitMs: [70, 70, 70] });
  expect(pool.takeCounts()).toEqual({ busy: 1, idle: 1, waiting: 0, connectMs: [], waitMs: [] });
  answer();
  await Promise.all(calls);
  expect(pool.takeCounts()).toMatchObject({ busy: 1, idle: 2 });
  expect(pool.takeCounts()).toMatchObject({ busy: 0, idle: 2 });
});

it('counts who waited in vain, and no connection that never was', async () => {
  const { step, askedBy, answer } = held();
  server.script(step);
  const busy = [exchange(), exchange()];
  await askedBy(2);
  const gaveUp = new AbortController();
  const waiting = pool.exchange({ request: REQUEST, firstByteMs: 5_000, bodyMs: 5_000, signal: gaveUp.signal });
  nowMs += 40;
  gaveUp.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  answer();
  await Promise.all(busy);
  expect(pool.takeCounts()).toMatchObject({ waiting: 1, waitMs: [40] });
  await server[Symbol.asyncDispose]();
  pool.dropIdle();
  await expect(exchange()).rejects.toMatchObject({ kind: 'unreachable' });
  expect(pool.takeCounts()).toEqual({ busy: 0, idle: 0, waiting: 0, connectMs: [], waitMs: [] });
});

it('keeps a hundred times, the newest, and none below zero', () => {
  const counter = createPoolCounter();
  for (let n = 0; n < 150; n += 1) counter.connected(n);
  counter.waited(-3_600_000);
  const { connectMs, waitMs } = counter.take({ busy: 0, idle: 0, waiting: 0 });
  expect([connectMs.length, connectMs[0], connectMs.at(-1), waitMs]).toEqual([100, 50, 149, [0]]);
});

it('are given by service, except for a service behind an SDK client', async () => {
  server.script(respond(200));
  const client = { send: async () => ({}) };
  const options = { env: {}, region: 'eu-west-1', endpoint: server.url, clients: { sns: client } };
  await using aws = createAws({ ...options, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  expect(aws.takeConnectionCounts()).toEqual([]);
  await aws.call(dynamodb, 'GetItem', { TableName: 't', Key: { id: 'a' } }, { access: 'read' });
  await aws
    .call(sns, 'Publish', { TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: 'm' }, { access: 'write' })
    .catch(() => {});
  expect(aws.takeConnectionCounts()).toEqual([
    { name: 'dynamodb', busy: 1, idle: 1, waiting: 0, connectMs: [expect.any(Number)], waitMs: [] },
  ]);
});
