import { createAws } from '@twelvefold/aws';
import { sessionStore } from '@twelvefold/backing';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import { defineConfig } from '@twelvefold/config';
import { provision, startLocalAws } from '@twelvefold/local';
import { devTemplate } from '@twelvefold/local/internal/dev';
import { expect, it } from 'vitest';
import * as z from 'zod';
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

it('is not there without a session store on DynamoDB', () => {
  const onServer = sessionStore('sessions', { schema: z.object({}), driver: 'iovalkey' });
  const manifest = buildManifest(defineApp({ name: 'shop', config, backing: { sessions: onServer } }), {});
  expect(consoleSessions(manifest, 'dev', {})).toBeUndefined();
});
