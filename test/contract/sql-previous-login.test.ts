import type { Aws } from '@twelvefold/aws';
import { createAws } from '@twelvefold/aws';
import { createConfig, defineConfig, secret, secretsManager } from '@twelvefold/config';
import type { Clock } from '@twelvefold/core';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { withServer } from '../support/with-server.ts';
import type { SqlTarget } from './support/sql-target.ts';
import { openSqlTarget } from './support/sql-target.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
/** Without a deadline a refused login is tried for 15 s. */
const briefly = <R>(work: () => Promise<R>) =>
  runInScope({ kind: 'http', component: 'api', deadline: deadlineIn(2_500) }, work);
const login = z.object({ username: z.string(), password: z.string() });

withServer('sql with the login before a rotation', 'postgresql', () => {
  let target: SqlTarget;
  let local: LocalAws;
  beforeAll(async () => {
    target = await openSqlTarget();
    local = await startLocalAws();
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await local.close();
  });

  /**
   * A secret whose password was `old`, is `new`, and will be `next`; the database has the one that
   * is given.
   */
  async function rotated(user: string, inDatabase: string) {
    const { SecretsManagerClient, CreateSecretCommand, PutSecretValueCommand } = await import(
      '@aws-sdk/client-secrets-manager'
    );
    const client = new SecretsManagerClient({ endpoint: local.url, region: 'eu-west-1', credentials });
    const text = (password: string) => JSON.stringify({ username: user, password });
    const SecretId = `orders/dev/${user}`;
    await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: text('old') }));
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: text('new') }));
    await client.send(
      new PutSecretValueCommand({ SecretId, SecretString: text('next'), VersionStages: ['AWSPENDING'] }),
    );
    client.destroy();
    await target.admin(`CREATE ROLE ${user} LOGIN PASSWORD '${inDatabase}'`);
  }

  /** A process that starts now, with the calls that it makes to Secrets Manager. */
  async function start(user: string, aheadMs = 0) {
    const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const port = createAws({ env: {}, endpoint: local.url, region: 'eu-west-1', credentials });
    const stages: string[] = [];
    const aws: Aws = {
      call: (service, operation, input, options) => {
        if (operation === 'GetSecretValue') {
          stages.push((input as { VersionStage?: string }).VersionStage ?? 'AWSCURRENT'); // that operation's input
        }
        return port.call(service, operation, input, options);
      },
      as: () => aws,
    };
    const definition = defineConfig({
      schema: z.object({ database: secret(login, { id: `{app}/{stage}/${user}` }) }),
      sources: [secretsManager()],
    });
    const live = createConfig(definition, { app: 'orders', stage: 'dev', env: {}, aws, clock });
    await live.get();
    const one = await target.open({
      clock,
      concurrency: 4,
      config: () => live.current.database as never, // the one reference is the login
      credentialsRefused: ({ signal } = {}) => live.reportAuthFailure({ signal }),
      // The reference of the test has another path.
      previousSecret: async () => (await live.previous(definition.key('database'))) as never,
    });
    return { ...one, stages };
  }

  it('connects by AWSPREVIOUS when it starts right after the change and the database has the old password', async () => {
    await rotated('early', 'old');
    const { client, stages, counts, warnings } = await start('early');
    const answers = await Promise.all([1, 2, 3].map(() => client.query('SELECT current_user AS user')));
    expect(answers.map(({ rows }) => rows[0])).toEqual(Array(3).fill({ user: 'early' }));
    // Each connection was refused with AWSCURRENT; the version before was read once for all.
    expect(counts.get('sqlLoginsRefused')).toBeGreaterThan(0);
    expect(stages.filter((stage) => stage === 'AWSPREVIOUS')).toHaveLength(1);
    expect(stages).not.toContain('AWSPENDING');
    expect(warnings).toEqual([]);
  });

  it('does not read AWSPREVIOUS when the login is accepted', async () => {
    await rotated('steady', 'new');
    const { client, stages } = await start('steady');
    expect((await client.query('SELECT current_user AS user')).rows).toEqual([{ user: 'steady' }]);
    expect(stages).toEqual([]);
  });

  it('does not try AWSPREVIOUS when the secret has not changed lately', async () => {
    await rotated('late', 'old');
    const { client, stages, counts } = await start('late', 60_000);
    await expect(briefly(() => client.query('SELECT 1'))).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(counts.get('sqlLoginsRefused')).toBeGreaterThan(0);
    expect(stages).toEqual([]);
  });

  it('never reads AWSPENDING, also when only that password is right', async () => {
    await rotated('pending', 'next');
    const { client, stages } = await start('pending');
    await expect(briefly(() => client.query('SELECT 1'))).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    expect([...new Set(stages)]).toEqual(['AWSPREVIOUS']);
  });
});
