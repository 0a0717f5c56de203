import { cache } from '@twelvefold/backing';
import { createCache, createRedisCacheStore } from '@twelvefold/backing/cache';
import { connectIovalkey } from '@twelvefold/backing/iovalkey';
import { connectNodeRedis } from '@twelvefold/backing/node-redis';
import { systemClock } from '@twelvefold/core';
import type { RedisServer } from '@twelvefold/local';
import { startRedis } from '@twelvefold/local';
import { Redis } from 'iovalkey';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { until } from '../support/until.ts';
import { withServer } from '../support/with-server.ts';

const schema = z.object({ cents: z.number() });
const clients = { iovalkey: connectIovalkey, 'node-redis': connectNodeRedis };

withServer('cache', 'redis', () => {
  describe.each(Object.entries(clients))('a cache on Redis by %s', (_, connect) => {
    /** A cache whose time limit no test waits for, unless it says so. */
    async function open(server: RedisServer, { url = server.url, timeout = '20s' as const, ...options } = {}) {
      const definition = cache('prices', { schema, jitter: 0, loadsWhenDown: 2, timeout, ...options });
      const counted: Record<string, number> = {};
      const warnings: string[] = [];
      const connection = await connect({ url, clock: systemClock, random: Math.random });
      const store = { ...createRedisCacheStore({ client: connection, prefix: '' }), reconnect: connection.reconnect };
      const prices = createCache({
        definition,
        store,
        metrics: {
          count: (name, by = 1) => {
            counted[name] = (counted[name] ?? 0) + by;
          },
          time: () => {},
        },
        warn: (message) => warnings.push(message),
      });
      return { prices, counted, warnings, connection, [Symbol.asyncDispose]: () => connection.stop() };
    }

    it('goes on without a server that was killed, and uses it again when it is back', async () => {
      await using server = await startRedis();
      await using opened = await open(server);
      const { prices, counted, warnings, connection } = opened;
      await prices.set('a', { cents: 1 });
      await server.kill();
      await until(
        'the lost connection',
        () => prices.get('a'),
        (value) => value === undefined,
      );
      expect(await prices.set('a', { cents: 2 })).toBe(false);
      let running = 0;
      let most = 0;
      const load = async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
        return { cents: 3 };
      };
      const values = await Promise.all(Array.from({ length: 20 }, (__, index) => prices.getOrLoad(`k${index}`, load)));
      expect(new Set(values.map(({ cents }) => cents))).toEqual(new Set([3]));
      expect(most).toBe(2);
      await expect(connection.check()).rejects.toThrow(/ECONNREFUSED|ECONNRESET|not connected|closed/i);
      expect(warnings).toHaveLength(1);
      expect(counted.cacheDropped).toBeGreaterThanOrEqual(2);

      await server.restart();
      await until(
        'the server back',
        () => prices.set('a', { cents: 4 }),
        (confirmed) => confirmed,
      );
      expect(await prices.get('a')).toEqual({ cents: 4 });
      expect(warnings[1]).toMatch(/answers again after \d+ ms; \d+ writes were dropped/);
    });

    it('does not fail its start without a server, and finds one that starts later', async () => {
      const server = await startRedis();
      await server.kill();
      await using opened = await open(server);
      const { prices, connection } = opened;
      expect(await prices.getOrLoad('a', () => ({ cents: 1 }))).toEqual({ cents: 1 });
      await expect(connection.check()).rejects.toThrow();
      await server.restart();
      await until(
        'the connection',
        () =>
          connection.check().then(
            () => true,
            () => false,
          ),
        (up) => up,
      );
      await server.stop();
    });

    it('takes a slow answer for a miss after the time limit, and connects anew', async () => {
      await using server = await startRedis();
      await using opened = await open(server, { timeout: '50ms' as never });
      const { prices, counted, warnings } = opened;
      expect(await prices.set('a', { cents: 1 })).toBe(true);
      const { port, password } = server;
      const other = new Redis({ port, password });
      // It cannot be ended earlier: the server answers no client meanwhile.
      await other.call('CLIENT', ['PAUSE', '1000', 'ALL']);
      for (let turn = 0; turn < 3; turn += 1) expect(await prices.get('a')).toBeUndefined();
      expect(counted.cacheErrors).toBe(3);
      expect(warnings[0]).toContain('no answer within 50 ms');
      other.disconnect();
      await until(
        'the server back',
        () => prices.get('a'),
        (value) => value?.cents === 1,
      );
    });

    it.each([
      ['a certificate that is not trusted', { tls: true }, (url: string) => url, /self-signed certificate/i],
      [
        'TLS where the server has none',
        {},
        (url: string) => url.replace('redis:', 'rediss:'),
        /SSL|TLS|ECONNRESET|closed|ETIMEDOUT|timeout/i,
      ],
      ['a wrong password', {}, (url: string) => url.replace(/:\w+@/, ':wrong@'), /WRONGPASS/],
    ])('says what is wrong with %s', async (__, options, change, reason) => {
      await using server = await startRedis(options);
      await using opened = await open(server, { url: change(server.url) });
      const { prices, warnings, connection } = opened;
      for (let turn = 0; turn < 3; turn += 1) expect(await prices.get('a')).toBeUndefined();
      expect(warnings[0]).toMatch(reason);
      await expect(connection.check()).rejects.toThrow(reason);
      expect(warnings.join()).not.toContain('wrong@');
    });

    it('trusts a certificate authority that it is given', async () => {
      await using server = await startRedis({ tls: true });
      const { url, ca } = server;
      const connection = await connect({ url, ca, clock: systemClock, random: Math.random });
      expect(await connection.send('a', ['SET', 'a', '1'])).toBe('OK');
      await connection.stop();
    });
  });
});
