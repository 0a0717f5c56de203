import { createAws, dynamodb, sqs } from '@twelvefold/aws';
import type { LocalAws, PostgresServer } from '@twelvefold/local';
import { startLocalAws, startPostgres } from '@twelvefold/local';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionApp } from '../support/provision-app.ts';
import { runEntry } from '../support/run-entry.ts';
import { withServer } from '../support/with-server.ts';
import { app } from './fixtures/dry-run/app.ts';

withServer('dry runs', 'postgresql', () => {
  let local: LocalAws;
  let server: PostgresServer;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    [local, server] = await Promise.all([startLocalAws(), startPostgres()]);
    env = {
      ...(await provisionApp(app, local.url)),
      NODE_OPTIONS: '--conditions=@twelvefold/source',
      LOGIN: JSON.stringify({ username: server.user, password: server.password }),
      TWELVEFOLD_DATABASE_URL: `postgres://localhost:${server.port}/postgres?sslmode=disable`,
    };
    const item = { TableName: env.TWELVEFOLD_ROWS_NAME ?? '', Item: { id: 'a', count: 5 } };
    await createAws({ env }).call(dynamodb, 'PutItem', item, { access: 'write' });
    await ask("CREATE TABLE parts AS SELECT 'a' AS id");
  });
  afterAll(() => Promise.all([local.close(), server.stop()]));

  async function ask(text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  }

  async function admin(line: string) {
    const entry = runEntry('test/e2e/fixtures/dry-run/admin.ts', [...line.split(' '), '--json'], env);
    const { code } = await entry.exited;
    return { code, run: JSON.parse(entry.stdout() || '{}'), stderr: entry.stderr() };
  }

  describe('a dry run', () => {
    it('changes nothing in any resource, counts the writes, and reads for real', async () => {
      const tables = ['ROWS', 'LOCKS', 'EFFECTS'].map((key) => env[`TWELVEFOLD_${key}_NAME`] ?? '');
      const aws = createAws({ env });
      const stored = async () => {
        const found = tables.map((TableName) => aws.call(dynamodb, 'Scan', { TableName }, { access: 'read' }));
        return (await Promise.all(found)).map(({ Items }) => Items);
      };
      const before = await stored();
      const { code, run, stderr } = await admin('everything --dry-run');
      expect(code, stderr).toBe(0);
      expect(run.result).toEqual({
        once: 'done',
        claimed: 'claimed',
        locked: 5,
        inTransaction: [{ id: 'a' }],
        parts: [{ id: 'a' }],
        held: null,
      });
      expect(run.writes).toEqual({
        'rows.put': 1,
        'rows.writeMany': 1,
        'rows.transact': 2,
        'rows.update': 1,
        'effects.once': 1,
        'effects.claim': 1,
        'jobs.send': 1,
        'locks.withLock': 1,
        'database.query': 1,
        'database.transaction': 1,
        'database.pool': 1,
      });
      expect(await stored()).toEqual(before);
      expect(await ask('SELECT id FROM parts')).toEqual([{ id: 'a' }]);
      const QueueUrl = env.TWELVEFOLD_JOBS_URL ?? '';
      const { Messages } = await aws.call(sqs, 'ReceiveMessage', { QueueUrl }, { access: 'write' });
      expect(Messages ?? []).toEqual([]);
      aws.close();
    });

    it('fails where a task reads a result that cannot be known', async () => {
      const { code, run } = await admin('curious --dry-run');
      expect([code, run.status, run.error.code]).toEqual([1, 'errored', 'DRY_RUN_UNKNOWN']);
      expect(run.error.message).toContain("'count' of the result of rows.update()");
      expect((await admin('curious')).run.result).toBe(6);
    });
  });
});
