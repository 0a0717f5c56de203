import { sessionStore } from '@twelvefold/backing';
import { connectIovalkey } from '@twelvefold/backing/iovalkey';
import { connectNodeRedis } from '@twelvefold/backing/node-redis';
import { redisSessionDriver } from '@twelvefold/backing/redis-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import { sessionDriverCases } from '@twelvefold/backing/testing';
import { webSessions } from '@twelvefold/backing/web-sessions';
import { systemClock } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import type { RedisServer } from '@twelvefold/local';
import { startRedis } from '@twelvefold/local';
import { Redis } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { until } from '../support/until.ts';
import { withServer } from '../support/with-server.ts';
import { startRedisCluster } from './support/start-redis-cluster.ts';

withServer('sessions on Redis', 'redis', () => {
  const clients = { iovalkey: connectIovalkey, 'node-redis': connectNodeRedis };
  describe.each(Object.entries(clients))('sessions on Redis by %s', (_, connect) => {
    describe.each([
      ['one server', startRedis, ''],
      ['a cluster', startRedisCluster, '?cluster=true'],
    ] as const)('with %s', (_name, start, query) => {
      let server: RedisServer;
      beforeAll(async () => {
        server = await start();
      });
      afterAll(() => server.stop());

      const connected = () => connect({ url: `${server.url}${query}`, clock: systemClock, random: Math.random });
      const open = async () => {
        const client = await connected();
        const driver = redisSessionDriver({ client, prefix: `contract:${crypto.randomUUID()}` });
        return { ...driver, [Symbol.asyncDispose]: () => client.stop() };
      };
      it.each(sessionDriverCases(open))('$name', ({ run }) => run());

      it('goes on after the server has forgotten the script', async () => {
        await using client = { ...(await connected()), [Symbol.asyncDispose]: () => client.stop() };
        const driver = redisSessionDriver({ client, prefix: 'forgets' });
        const change = { key: 'a', expected: undefined, version: 'v1', value: 'x', expiresAtMs: undefined };
        expect(await driver.write([change])).toBe('written');
        await client.send('a', ['SCRIPT', 'FLUSH']);
        expect(await driver.write([{ ...change, expected: 'v1', version: 'v2' }])).toBe('written');
        expect((await driver.read(['a'])).get('a')?.version).toBe('v2');
      });

      it('lets the server delete records from their end on', async () => {
        await using client = { ...(await connected()), [Symbol.asyncDispose]: () => client.stop() };
        const driver = redisSessionDriver({ client, prefix: 'ends' });
        const change = { key: 'a', expected: undefined, version: 'v1', value: 'x', expiresAtMs: Date.now() - 1_000 };
        expect(await driver.write([change])).toBe('written');
        expect((await driver.read(['a'])).size).toBe(0);
        expect(await driver.write([{ ...change, expiresAtMs: Date.now() + 60_000 }])).toBe('written');
        expect(Number(await client.send('{ends}:a', ['PTTL', '{ends}:a']))).toBeGreaterThan(0);
      });
    });
  });

  describe.each(Object.entries(clients))('a server that fails, by %s', (_, connect) => {
    const definition = sessionStore('sessions', { schema: z.object({}) });
    const unavailable = { code: 'SESSION_UNAVAILABLE' };

    it('is 503 while it is down, and serves again after its restart', async () => {
      await using server = await startRedis();
      const client = await connect({ url: server.url, clock: systemClock, random: Math.random });
      const sessions = createSessions({ definition, driver: redisSessionDriver({ client, prefix: 'down' }) });
      const { id } = await sessions.create({});
      await server.kill();
      await expect(sessions.load(id)).rejects.toMatchObject(unavailable);
      await expect(sessions.create({})).rejects.toMatchObject(unavailable);
      const cookie = `__Host-session=${id}`;
      const request = new Request('https://shop.example/', { headers: { cookie } });
      const around = { sessions, warn: () => {} };
      expect((await webSessions().handle(request, around, () => new Response('ok'))).status).toBe(503);
      await expect(client.check()).rejects.toThrow();
      await server.restart();
      await until(
        'the server back',
        () => sessions.create({}).catch(() => undefined),
        (created) => created !== undefined,
      );
      await client.stop();
    });

    it('is 503 when it does not answer in time', async () => {
      await using server = await startRedis();
      const { url, port, password } = server;
      const client = await connect({ url, clock: systemClock, random: Math.random });
      const clock = createTestClock();
      const driver = redisSessionDriver({ client, prefix: 'slow', clock });
      const other = new Redis({ port, password });
      // It answers no client meanwhile.
      await other.call('CLIENT', ['PAUSE', '500', 'ALL']);
      const read = driver.read(['a']).catch((error: unknown) => error);
      await clock.advance(3_000);
      expect(await read).toMatchObject(unavailable);
      other.disconnect();
      await client.stop();
    });
  });

  it('has a prefix that can be the hash tag of all its keys', () => {
    for (const prefix of ['', 'a{b', 'a}']) {
      expect(() => redisSessionDriver({ client: { send: async () => null }, prefix })).toThrow("'prefix'");
    }
  });
});
