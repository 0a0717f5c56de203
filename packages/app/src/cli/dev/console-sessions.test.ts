import { createAws } from '@twelvefold/aws';
import { sessionStore } from '@twelvefold/backing';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { connectIovalkey } from '@twelvefold/backing/iovalkey';
import { connectNodeRedis } from '@twelvefold/backing/node-redis';
import { redisSessionDriver } from '@twelvefold/backing/redis-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import { defineConfig } from '@twelvefold/config';
import { systemClock } from '@twelvefold/core';
import { provision, startLocalAws, startRedis } from '@twelvefold/local';
import { devTemplate } from '@twelvefold/local/internal/dev';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { withServer } from '../../../../../test/support/with-server.ts';
import { defineApp } from '../../define-app.ts';
import { buildManifest } from '../../manifest/build-manifest.ts';
import { consoleSessions } from './console-sessions.ts';

const REGION = 'eu-west-1';
const definition = sessionStore('sessions', { schema: z.object({ cart: z.array(z.string()) }), idle: '10m' });
const config = defineConfig({ schema: z.object({}), sources: [] });

it('lists and ends sessions as the client of the app does, by its limits', async () => {
  await using aws = await startLocalAws();
  const manifest = buildManifest(defineApp({ name: 'shop', config, backing: { sessions: definition } }), {});
  await provision(devTemplate(manifest, { stage: 'dev' }), {
    endpoint: aws.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const env = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const driver = dynamoDbSessionDriver({ name: 'shop-dev-sessions', aws: createAws({ env }) });
  const app = createSessions({ definition, driver });
  const control = consoleSessions(manifest, 'dev', env);
  expect(control?.stores).toEqual(['sessions']);
  expect(await control?.list('sessions', 'ada')).toEqual([]);

  const one = await app.create({ cart: ['tea'] }, { userId: 'ada' });
  const two = await app.create({ cart: [] }, { userId: 'ada' });
  await app.create({ cart: [] }, { userId: 'grace' });
  const listed = (await control?.list('sessions', 'ada')) ?? [];
  expect(listed.map(({ data }) => data)).toEqual(expect.arrayContaining([{ cart: ['tea'] }, { cart: [] }]));
  expect(listed).toHaveLength(2);
  for (const { seenAtMs, expiresAtMs } of listed) expect(expiresAtMs - seenAtMs).toBe(600_000);

  const found = listed.find(({ data }) => (data as { cart: string[] }).cart.length === 1);
  await control?.end('sessions', 'grace', found?.handle ?? '');
  expect((await app.load(one.id)).session?.userId).toBe('ada');
  await control?.end('sessions', 'ada', found?.handle ?? '');
  expect(await app.load(one.id)).toMatchObject({
    ended: { reason: 'ended', note: expect.stringMatching(/@console$/) },
  });
  expect((await app.load(two.id)).session?.userId).toBe('ada');
  await expect(control?.list('staff', 'ada')).rejects.toThrow('Cannot find the session store staff');
});

it('is not there without a session store outside of the process', () => {
  const inMemory = sessionStore('sessions', { schema: z.object({}), driver: 'memory' });
  const manifest = buildManifest(defineApp({ name: 'shop', config, backing: { sessions: inMemory } }), {});
  expect(consoleSessions(manifest, 'dev', {})).toBeUndefined();
});

describe.each([
  ['iovalkey', connectIovalkey],
  ['node-redis', connectNodeRedis],
] as const)('sessions on a server by %s', (driver, connect) => {
  const visitors = sessionStore('visitors', { schema: z.object({ cart: z.string() }), idle: '10m', driver });
  const app = defineApp({ name: 'shop', config, backing: { visits: visitors } });
  const manifest = buildManifest(app, {});
  const variable = manifest.resources[0]?.binding?.env ?? '';

  it('need the variable that names it, and a server that answers', async () => {
    await expect(consoleSessions(manifest, 'dev', {})?.list('visits', 'ada')).rejects.toThrow(
      `Cannot reach the server of visits: ${variable} is not set`,
    );
    const down = consoleSessions(manifest, 'dev', { [variable]: 'redis://127.0.0.1:1' });
    await expect(down?.list('visits', 'ada')).rejects.toThrow(/ECONNREFUSED|not connected/);
  });

  withServer(`the sessions of the console by ${driver}`, 'redis', () => {
    it('are listed and ended as the app does, and each page closes its connection', async () => {
      await using redis = await startRedis();
      const url = `${redis.url}?prefix=team-`;
      const connection = await connect({ url, clock: systemClock, random: Math.random });
      try {
        const client = createSessions({
          definition: visitors,
          driver: redisSessionDriver({ client: connection, prefix: 'team-visitors' }),
        });
        const control = consoleSessions(manifest, 'dev', { [variable]: url });
        expect(control?.stores).toEqual(['visits']);
        const session = await client.create({ cart: 'tea' }, { userId: 'ada' });
        const [found, ...more] = (await control?.list('visits', 'ada')) ?? [];
        expect([found?.data, more]).toEqual([{ cart: 'tea' }, []]);
        expect((found?.expiresAtMs ?? 0) - (found?.seenAtMs ?? 0)).toBe(600_000);
        await control?.end('visits', 'ada', found?.handle ?? '');
        expect(await client.load(session.id)).toMatchObject({ ended: { reason: 'ended' } });
        const answer = String(await connection.send('', ['CLIENT', 'LIST']));
        expect(answer.trim().split('\n')).toHaveLength(1);
      } finally {
        await connection.stop();
      }
    });
  });
});
