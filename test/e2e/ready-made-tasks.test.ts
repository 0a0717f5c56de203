import type { Aws } from '@twelvefold/aws';
import { createAws, dynamodb, secretsmanager, sqs } from '@twelvefold/aws';
import type { LocalAws, PostgresServer, RedisServer } from '@twelvefold/local';
import { provision, startLocalAws, startPostgres, startRedis } from '@twelvefold/local';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionApp } from '../support/provision-app.ts';
import { runEntry } from '../support/run-entry.ts';
import { hasServer, withServer } from '../support/with-server.ts';
import { app } from './fixtures/ready-made/app.ts';

const SECRET = 'key-not-real-11111';

withServer('ready-made tasks', 'postgresql', () => {
  describe.skipIf(!hasServer('ready-made tasks', 'redis'))('(needs redis)', () => {
    let local: LocalAws;
    let postgres: PostgresServer;
    let redis: RedisServer;
    let env: Readonly<Record<string, string>>;
    let aws: Aws;
    beforeAll(async () => {
      [local, postgres, redis] = await Promise.all([startLocalAws(), startPostgres(), startRedis()]);
      env = {
        ...(await provisionApp(app, local.url)),
        NODE_OPTIONS: '--conditions=@twelvefold/source',
        LOGIN: JSON.stringify({ username: postgres.user, password: postgres.password }),
        TWELVEFOLD_DATABASE_URL: `postgres://localhost:${postgres.port}/postgres?sslmode=disable`,
        TWELVEFOLD_PRICES_URL: redis.url,
        TWELVEFOLD_OTHERS_URL: redis.url,
      };
      aws = createAws({ env });
      expect((await admin('seed')).run.result).toBe('seeded');
    });
    afterAll(() => Promise.all([local.close(), postgres.stop(), redis.stop()]));

    async function admin(line: string, ...args: string[]) {
      const entry = runEntry('test/e2e/fixtures/ready-made/admin.ts', [...line.split(' '), ...args, '--json'], env);
      const { code } = await entry.exited;
      const [stdout, stderr] = [entry.stdout(), entry.stderr()];
      if (stdout === '') throw new Error(stderr);
      return { code, run: JSON.parse(stdout), stdout, stderr };
    }
    const ask = async (text: string) => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      const { rows } = await client.query(text);
      await client.end();
      return rows;
    };

    it('end the sessions of a user', async () => {
      expect((await admin('end-sessions --user-id ada --dry-run')).run).toMatchObject({
        result: { found: 2 },
        writes: { 'sessions.endUser': 1 },
      });
      expect((await admin('look')).run.result).toMatchObject({ ada: 2, bob: 1 });
      expect((await admin('end-sessions --user-id ada --note stolen')).run.result).toEqual({ ended: 2 });
      expect((await admin('look')).run.result).toMatchObject({ ada: 0, bob: 1 });
    });

    it('flush one cache of a server', async () => {
      const dry = await admin('flush-prices --dry-run');
      expect(dry.run).toMatchObject({ result: { found: 1_200 }, writes: { 'prices.clear': 1 } });
      expect((await admin('look')).run.result).toMatchObject({ price: 1, other: 1 });
      expect((await admin('flush-prices')).run.result).toEqual({ removed: 1_200 });
      expect((await admin('look')).run.result).toMatchObject({ price: null, other: 1 });
    });

    it('change the rows of a table, first some of them', async () => {
      const TableName = env.TWELVEFOLD_CUSTOMERS_NAME ?? '';
      for (let index = 0; index < 10; index += 1) {
        const Item = { id: `c-${index}`, name: 'x', ...(index < 3 && { country: 'FR' }) };
        await aws.call(dynamodb, 'PutItem', { TableName, Item }, { access: 'write' });
      }
      const countries = async () => {
        const { Items = [] } = await aws.call(dynamodb, 'Scan', { TableName }, { access: 'read' });
        return Object.groupBy(Items, ({ country = 'none' }) => String(country));
      };
      const dry = await admin('set-country --dry-run');
      expect(dry.run).toMatchObject({ matched: 10, writes: { 'customers.update': 7 } });
      expect((await countries()).none).toHaveLength(7);
      const canary = await admin('set-country --canary 4');
      expect([canary.code, canary.run.status, canary.run.matched]).toEqual([130, 'paused', 4]);
      const { run } = await admin(`resume ${canary.run.id}`);
      expect(run).toMatchObject({ status: 'succeeded', matched: 10, failed: 0 });
      const { FR, DE } = await countries();
      expect([FR?.length, DE?.length]).toEqual([3, 7]);
    });

    it('move dead letters back', async () => {
      const QueueUrl = env.TWELVEFOLD_JOBS_URL ?? '';
      const dead = `${QueueUrl}-dead-letter`;
      for (const [id, errorFingerprint] of [
        ['a', 'timeout'],
        ['b', 'timeout'],
        ['c', 'refused'],
      ]) {
        const notes = { reason: 'failed', errorFingerprint, sourceQueue: 'jobs' };
        const MessageAttributes = Object.fromEntries(
          Object.entries(notes).map(([name, StringValue]) => [
            name,
            { DataType: 'String', StringValue: StringValue ?? '' },
          ]),
        );
        const input = { QueueUrl: dead, MessageBody: JSON.stringify({ id }), MessageAttributes };
        await aws.call(sqs, 'SendMessage', input, { access: 'write' });
      }
      const bodies = async (url: string) => {
        const input = { QueueUrl: url, MaxNumberOfMessages: 10, VisibilityTimeout: 0, MessageAttributeNames: ['All'] };
        const { Messages = [] } = await aws.call(sqs, 'ReceiveMessage', input, { access: 'write' });
        return Messages.map(({ Body, MessageAttributes }) => [Body, Object.keys(MessageAttributes ?? {})]).toSorted();
      };
      const dry = await admin('redrive-jobs --fingerprint timeout --dry-run');
      expect(dry.run).toMatchObject({ matched: 2, writes: { 'jobs.redrive': 2 } });
      expect(await bodies(QueueUrl)).toEqual([]);
      const { run } = await admin('redrive-jobs --fingerprint timeout');
      expect(run).toMatchObject({ status: 'succeeded', matched: 2, failed: 0 });
      expect((await bodies(dead)).map(([body]) => body)).toEqual(['{"id":"c"}']);
      expect(await bodies(QueueUrl)).toEqual([
        ['{"id":"a"}', []],
        ['{"id":"b"}', []],
      ]);
    });

    it('apply the migrations of a database, each once', async () => {
      const dry = await admin('migrate-database --dry-run');
      expect(dry.code).toBe(0);
      expect(dry.stderr.match(/migration would be applied/g)).toHaveLength(3);
      const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";
      expect(await ask(tables)).toEqual([]);
      const first = await admin('migrate-database --canary 1');
      expect(first.run).toMatchObject({ status: 'paused', matched: 1 });
      expect(await ask('SELECT name FROM twelvefold_migrations')).toEqual([{ name: '0001-parts' }]);
      expect((await admin(`resume ${first.run.id}`)).run).toMatchObject({ status: 'succeeded', matched: 3 });
      expect((await admin('migrate-database')).run).toMatchObject({ status: 'succeeded', matched: 3 });
      expect(await ask('SELECT id FROM parts')).toEqual([{ id: 'p-1' }]);
      await ask("UPDATE twelvefold_migrations SET digest = 'other' WHERE name = '0001-parts'");
      const changed = await admin('migrate-database');
      expect([changed.code, changed.run.error.message]).toEqual([1, expect.stringContaining('its text has changed')]);
    });

    it('push config without showing a value', async () => {
      const values = JSON.stringify({ pricing: { taxRate: '0.19' }, payments: { apiKey: SECRET } });
      const Name = 'ready/dev/payments/apiKey';
      const Properties = { Name, SecretString: 'old' };
      const template = { Resources: { Key: { Type: 'AWS::SecretsManager::Secret', Properties } } };
      await provision(template, { endpoint: local.url, env });
      const keys = ['payments.apiKey', 'pricing.taxRate'];
      const dry = await admin('push-config --dry-run', '--values', values);
      expect(dry.run.result.differs.toSorted()).toEqual(keys);
      const real = await admin('push-config', '--values', values);
      expect(real.run.result.written.toSorted()).toEqual(keys);
      const again = await admin('push-config', '--values', values);
      expect(again.run.result).toMatchObject({ written: [], same: expect.arrayContaining(keys) });
      const input = { SecretId: Name };
      const { SecretString } = await aws.call(secretsmanager, 'GetSecretValue', input, { access: 'read' });
      expect(SecretString).toBe(SECRET);
      for (const { stdout, stderr } of [dry, real, again]) expect(stdout + stderr).not.toContain(SECRET);
      const wrong = await admin('push-config', '--values', JSON.stringify({ pricing: { taxRate: 'much' } }));
      expect([wrong.code, wrong.run.error.message]).toEqual([1, expect.stringContaining('pricing.taxRate')]);
    });
  });
});
