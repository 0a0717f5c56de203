import { createAws } from '@twelvefold/aws';
import type { SqlClient } from '@twelvefold/backing';
import { createConfig, defineConfig, secret, secretsManager } from '@twelvefold/config';
import type { Clock } from '@twelvefold/core';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { SqlTarget } from '../contract/support/sql-target.ts';
import { openSqlTarget } from '../contract/support/sql-target.ts';
import { withServer } from '../support/with-server.ts';

const REQUESTS_PER_SECOND = 200;
/** Those of a request on API Gateway. */
const DEADLINE_MS = 29_000;
const SECRET = 'orders/dev/database';

const definition = defineConfig({
  schema: z.object({ database: secret(z.object({ username: z.string(), password: z.string() })) }),
  sources: [secretsManager()],
});

/** One request, and how long it took. */
interface Outcome {
  readonly ms: number;
  readonly user: string | undefined;
  readonly error: unknown;
}

/** Requests at a steady rate, whatever the answers take: slow answers do not slow the arrivals. */
function load(client: SqlClient, work: () => Promise<unknown>) {
  const all: Promise<Outcome>[] = [];
  const request = async (): Promise<Outcome> => {
    const begun = performance.now();
    try {
      await work();
      const { rows } = await runInScope({ kind: 'http', component: 'api', deadline: deadlineIn(DEADLINE_MS) }, () =>
        client.query<{ user: string }>('SELECT current_user AS user'),
      );
      return { ms: performance.now() - begun, user: rows[0]?.user, error: undefined };
    } catch (error) {
      return { ms: performance.now() - begun, user: undefined, error };
    }
  };
  const begun = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begun) * REQUESTS_PER_SECOND) / 1_000);
    while (all.length < due) all.push(request());
  }, 5);
  return {
    sent: () => all.length,
    stop: async () => {
      clearInterval(timer);
      return Promise.all(all);
    },
  };
}

const quantile = (outcomes: readonly Outcome[], q: number): number =>
  Math.round(
    outcomes.map(({ ms }) => ms).sort((one, other) => one - other)[Math.floor((outcomes.length - 1) * q)] ?? 0,
  );
const userOf = async (client: SqlClient) =>
  (await client.query<{ user: string }>('SELECT current_user AS user')).rows[0]?.user;
const pause = (ms: number) => systemClock.sleep(ms);

withServer('rotation of sql', 'postgresql', () => {
  let target: SqlTarget;
  let local: LocalAws;
  beforeAll(async () => {
    target = await openSqlTarget();
    local = await startLocalAws();
    for (const user of ['app', 'app_clone', 'single']) {
      await target.admin(`CREATE ROLE ${user} LOGIN PASSWORD '${user}-1'`);
    }
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await local.close();
  });

  const aws = () =>
    createAws({
      env: {},
      endpoint: local.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  const put = async (username: string, password: string) => {
    const { SecretsManagerClient, CreateSecretCommand, PutSecretValueCommand } = await import(
      '@aws-sdk/client-secrets-manager'
    );
    const client = new SecretsManagerClient({
      endpoint: local.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const SecretString = JSON.stringify({ username, password });
    await client
      .send(new PutSecretValueCommand({ SecretId: SECRET, SecretString }))
      .catch(() => client.send(new CreateSecretCommand({ Name: SECRET, SecretString })));
    client.destroy();
  };

  /**
   * A process: config from Secrets Manager and a pool of ten, whose connections can be made old at
   * once.
   */
  const open = async (maxAgeMs: number) => {
    let aheadMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const live = createConfig(definition, { app: 'orders', stage: 'dev', env: {}, aws: aws(), maxAgeMs });
    await live.get();
    const one = await target.open({
      clock,
      concurrency: 10,
      config: () => live.current.database as never, // the one reference is the login
      credentialsRefused: ({ signal } = {}) => live.reportAuthFailure({ signal }),
      previousSecret: (reference) => live.previous(reference),
    });
    return {
      ...one,
      live,
      /** As 31 minutes do: each next checkout opens a connection. */
      makeOld: () => {
        aheadMs += 31 * 60_000;
      },
    };
  };

  it('loses no request of 200 a second while two users alternate', async () => {
    await put('app', 'app-1');
    const { client, live, counts, makeOld } = await open(300);
    const running = load(client, () => live.get());
    await pause(1_000);
    // The other user gets a new password first; the one in use stays valid.
    await target.admin("ALTER ROLE app_clone PASSWORD 'app_clone-2'");
    makeOld();
    await pause(300);
    await put('app_clone', 'app_clone-2');
    await expect.poll(() => userOf(client), { timeout: 20_000 }).toBe('app_clone');
    await pause(500);
    await target.admin("ALTER ROLE app PASSWORD 'app-3'");
    makeOld();
    await put('app', 'app-3');
    await expect.poll(() => userOf(client), { timeout: 20_000 }).toBe('app');
    await pause(500);
    const outcomes = await running.stop();
    expect(outcomes.filter(({ error }) => error)).toEqual([]);
    // Both changes were followed, and in the end no connection has the user from before.
    const users = outcomes.map(({ user }) => user).filter((user, at, all) => user !== all[at - 1]);
    expect(users[0]).toBe('app');
    expect(users).toContain('app_clone');
    expect(users.at(-1)).toBe('app');
    expect(counts.get('sqlLoginsRefused') ?? 0).toBe(0);
    console.info(
      `alternating users: ${outcomes.length} requests, 0 failed; p50 ${quantile(outcomes, 0.5)} ms, p99 ${quantile(outcomes, 0.99)} ms, longest ${quantile(outcomes, 1)} ms`,
    );
  });

  it('loses no request of 200 a second while one user rotates, whose password is wrong for 1.5 s', async () => {
    await put('single', 'single-1');
    const { client, live, counts, warnings, makeOld } = await open(300_000);
    const running = load(client, () => live.get());
    await pause(1_000);
    const before = running.sent();
    await target.admin("ALTER ROLE single PASSWORD 'single-2'");
    makeOld();
    await pause(1_500);
    await put('single', 'single-2');
    await expect.poll(() => live.state.version, { timeout: 20_000 }).toBe(2);
    await pause(1_000);
    const outcomes = await running.stop();
    expect(outcomes.filter(({ error }) => error)).toEqual([]);
    expect(counts.get('sqlLoginsRefused')).toBeGreaterThan(0);
    expect(warnings).toEqual([expect.stringContaining("The login of 'single' at localhost was refused")]);
    const steady = outcomes.slice(0, before - 20);
    const waited = outcomes.slice(before);
    console.info(
      `single user, 1.5 s gap: ${outcomes.length} requests, 0 failed; before: p50 ${quantile(steady, 0.5)} ms, p99 ${quantile(steady, 0.99)} ms; from the rotation on: p50 ${quantile(waited, 0.5)} ms, p99 ${quantile(waited, 0.99)} ms, longest ${quantile(waited, 1)} ms; ${counts.get('sqlLoginsRefused')} logins refused`,
    );
  });
});
