import { createAuthTokens } from '@twelvefold/aws';
import { connectIovalkey } from '@twelvefold/backing/iovalkey';
import { connectNodeRedis } from '@twelvefold/backing/node-redis';
import { createTestClock } from '@twelvefold/core/testing';
import type { RedisServer } from '@twelvefold/local';
import { startRedis } from '@twelvefold/local';
import { Redis } from 'iovalkey';
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { withServer } from '../support/with-server.ts';
import { startRedisCluster } from './support/start-redis-cluster.ts';

const HOUR = 60 * 60 * 1_000;
const clients = { iovalkey: connectIovalkey, 'node-redis': connectNodeRedis };
const identity = {
  region: 'eu-west-1',
  credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example', sessionToken: 'session' }),
};

/**
 * The server's administrator, who does what ElastiCache does: takes one token after the other as
 * the password of a user.
 */
async function administrator({ port, password, ca }: RedisServer) {
  const redis = new Redis({ port, password, ...(ca === undefined ? {} : { tls: { ca } }) });
  await redis.connect().catch(() => {}); // it connects by itself
  return {
    allow: (user: string, secret: string) =>
      redis.call('ACL', [
        'SETUSER',
        user,
        'reset',
        'on',
        `>${secret}`,
        '~prices:*',
        '+get',
        '+set',
        '+del',
        '+ping',
        '+cluster',
      ]),
    endConnections: () => redis.call('CLIENT', ['KILL', 'TYPE', 'normal', 'SKIPME', 'yes']),
    logins: async () => {
      const stats = String(await redis.call('INFO', ['commandstats']));
      return ['auth', 'hello'].reduce(
        (sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
        0,
      );
    },
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}

withServer('cache', 'redis', () => {
  describe.each([
    ['iovalkey', false],
    ['node-redis', false],
    ['node-redis', true],
  ] as const)('%s, cluster %s', (name, cluster) => {
    const connect = clients[name];

    it('logs in by IAM as an ACL user, anew with each connection and every six hours', async () => {
      await using server = await (cluster ? startRedisCluster : startRedis)({ tls: true });
      await using admin = await administrator(server);
      const clock = createTestClock();
      const target = { service: 'elasticache', cache: 'prices', user: 'app', serverless: cluster } as const;
      const token = async () => (await createAuthTokens(identity, () => clock.now())(target)).token;
      await admin.allow('app', await token());
      const query = cluster ? 'iam=prices&serverless=true' : 'iam=prices';
      const connection = await connect({
        url: `rediss://app@localhost:${server.port}?${query}`,
        ca: server.ca,
        identity,
        clock,
        random: () => 0,
      });
      const set = () => connection.send('prices:a', ['SET', 'prices:a', '1']);
      expect(await set()).toBe('OK');
      await expect(connection.send('other', ['GET', 'other'])).rejects.toThrow(/NOPERM|permission/i);

      const before = await admin.logins();
      clock.advanceWall(6 * HOUR);
      await admin.allow('app', await token());
      await clock.advance(6 * HOUR);
      await until('the new login', admin.logins, (logins) => logins > before);

      clock.advanceWall(HOUR);
      await admin.allow('app', await token());
      await admin.endConnections();
      await until(
        'a connection with a new token',
        () => set().catch(String),
        (answer) => answer === 'OK',
      );
      await connection.stop();
    });

    it('takes a rotated password from its source for each connection', async () => {
      await using server = await startRedis();
      await using admin = await administrator(server);
      await admin.allow('app', 'first');
      let password = 'first';
      const url = `redis://app@localhost:${server.port}`;
      const clock = createTestClock();
      const connection = await connect({ url, password: () => password, clock, random: () => 0 });
      expect(await connection.send('prices:a', ['SET', 'prices:a', '1'])).toBe('OK');
      password = 'second';
      await admin.allow('app', 'second');
      await admin.endConnections();
      await until(
        'a connection with the new password',
        () => connection.send('prices:a', ['GET', 'prices:a']).catch(String),
        (answer) => answer === '1',
      );
      await connection.stop();
    });
  });

  it('by IAM on a cluster needs node-redis, and IAM needs credentials', async () => {
    const options = {
      url: 'rediss://app@localhost?iam=prices&serverless=true',
      clock: createTestClock(),
      random: () => 0,
    };
    await expect(connectIovalkey({ ...options, identity })).rejects.toThrow("use driver: 'node-redis'");
    await expect(connectNodeRedis(options)).rejects.toThrow('no credentials to sign with');
  });
});
