import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '@twelvefold/aws/internal';
import type { PostgresServer } from '@twelvefold/local';
import { afterEach, describe, expect, it } from 'vitest';
import type { SeenLogin } from '../support/sql-wire.ts';
import { openIamFront } from '../support/sql-wire.ts';
import { withServer } from '../support/with-server.ts';
import { sqlContract } from './sql.ts';
import type { OpenOptions, SqlTarget } from './support/sql-target.ts';
import { openSqlTarget } from './support/sql-target.ts';

const USER = 'orders_app';
const region = 'eu-west-1';

/** A PostgreSQL that trusts this machine for the user: the front has asked for the token. */
async function trusting() {
  const folder = await mkdtemp(join(tmpdir(), 'hba-'));
  await chmod(folder, 0o755);
  const hba = join(folder, 'pg_hba.conf');
  const lines = [
    'local all all scram-sha-256',
    `host all ${USER},admin 127.0.0.1/32 trust`,
    'host all all 127.0.0.1/32 scram-sha-256',
  ];
  await writeFile(hba, `${lines.join('\n')}\n`, { mode: 0o644 });
  return { tls: true, settings: { hba_file: hba } };
}

/** Credentials of a role that are renewed: a token of the ones before is refused, as AWS does. */
function role() {
  let number = 1;
  return {
    renew: () => {
      number += 1;
    },
    accessKeyId: () => `ASIA${number}`,
    identity: {
      region,
      credentials: async (): Promise<Credentials> => ({
        accessKeyId: `ASIA${number}`,
        secretAccessKey: 'secret',
        sessionToken: `session-${number}`,
        expiration: new Date(Date.now() + 3_600_000),
      }),
    },
  };
}

const dispose: Array<() => PromiseLike<void>> = [];
afterEach(async () => {
  for (const one of dispose.splice(0).reverse()) await one();
});

async function open(accepts: (login: SeenLogin) => boolean) {
  const session = role();
  const target = await openSqlTarget(await trusting());
  dispose.push(() => target[Symbol.asyncDispose]());
  const front = await openIamFront(target.server, accepts);
  dispose.push(() => front[Symbol.asyncDispose]());
  await target.admin(`CREATE ROLE ${USER} LOGIN`);
  const through: OpenOptions = {
    target: urlOf(target.server, front.port),
    identity: session.identity,
    options: { login: { iam: USER } },
  };
  return { session, target, front, through };
}

const urlOf = ({ socketFolder }: PostgresServer, port: number) =>
  `postgres://localhost:${port}/postgres?sslrootcert=${encodeURIComponent(join(socketFolder, 'server.crt'))}`;

withServer('sql by IAM', 'postgresql', () => {
  describe('the contract', () => {
    sqlContract(async (): Promise<SqlTarget> => {
      let front: Awaited<ReturnType<typeof openIamFront>> | undefined;
      const target = await openSqlTarget(await trusting(), async (server) => {
        front = await openIamFront(server, ({ token }) => token.includes('Action=connect'));
        return { target: urlOf(server, front.port), identity: role().identity, options: { login: { iam: USER } } };
      });
      await target.admin(`CREATE ROLE ${USER} LOGIN SUPERUSER`);
      return {
        ...target,
        [Symbol.asyncDispose]: async () => {
          await front?.[Symbol.asyncDispose]();
          await target[Symbol.asyncDispose]();
        },
      };
    });
  });

  it('logs in over TLS with a token for this user on this host and port, and reuses it', async () => {
    const { target, front, through } = await open(() => true);
    const { client } = await target.open({ ...through, concurrency: 3 });
    const users = await Promise.all([1, 2, 3].map(() => client.query('SELECT current_user AS user, pg_sleep(0.05)')));
    expect(users.flatMap(({ rows }) => rows).map(({ user }) => user)).toEqual([USER, USER, USER]);
    const tokens = new Set(front.logins.map(({ token }) => token));
    expect([front.logins.length, tokens.size]).toEqual([3, 1]);
    const [token = ''] = tokens;
    expect(token).toMatch(new RegExp(`^localhost:${front.port}/\\?Action=connect&DBUser=${USER}&X-Amz-Algorithm=`));
    expect(token).toContain(`X-Amz-Credential=ASIA1%2F`);
    expect(token).toContain('X-Amz-Expires=900');
  });

  it('signs a new token as soon as the credentials of the role are renewed', async () => {
    const parts = await open(({ token }) => token.includes(`X-Amz-Credential=${parts.session.accessKeyId()}%2F`));
    const { target, session, front, through } = parts;
    const { client } = await target.open({ ...through, concurrency: 2 });
    const held = await client.pool.connect();
    session.renew();
    expect((await client.query('SELECT current_user AS user')).rows).toEqual([{ user: USER }]);
    // An open session outlives the token that it was opened with.
    expect((await held.query('SELECT current_user AS user')).rows).toEqual([{ user: USER }]);
    held.release();
    expect(new Set(front.logins.map(({ token }) => token)).size).toBe(2);
  });

  it('fails at once when the token is refused: there is no rotation to wait for', async () => {
    const { target, front, through } = await open(() => false);
    const { client, counts } = await target.open(through);
    const error = await client.query('SELECT 1').catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(error.message).toContain('rds-db:connect');
    expect(error.message).not.toContain('Signature');
    expect([front.logins.length, counts.get('sqlLoginsRefused')]).toEqual([1, 1]);
  });

  it.each([
    [USER, 'DbConnect'],
    ['admin', 'DbConnectAdmin'],
  ])('logs in to Aurora DSQL as %s by %s, and sets nothing on the server', async (iam, action) => {
    const { target, front, through } = await open(() => true);
    await target.admin('CREATE ROLE admin LOGIN').catch(() => undefined); // already there
    const { client } = await target.open({ ...through, options: { engine: 'dsql', login: { iam } } });
    const shown = await client.transaction(async ({ query }) => (await query('SHOW statement_timeout')).rows);
    expect(shown).toEqual([{ statement_timeout: '0' }]);
    expect(front.logins[0]?.token).toMatch(new RegExp(`^localhost/\\?Action=${action}&X-Amz-Algorithm=`));
    await expect(client.transaction(async () => {}, { isolation: 'serializable' })).rejects.toThrow(
      'Aurora DSQL has one isolation level',
    );
  });
});
