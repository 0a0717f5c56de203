import { createAws } from '@twelvefold/aws';
import {
  ConfigError,
  createConfig,
  defineConfig,
  loadConfig,
  openRotating,
  parameterStore,
  secret,
  secretsManager,
} from '@twelvefold/config';
import type { ConfigEvent } from '@twelvefold/config/internal';
import type { Clock } from '@twelvefold/core';
import type { LocalAws } from '@twelvefold/local';
import { createClock, provision, startLocalAws } from '@twelvefold/local';
import type { Fault } from '@twelvefold/local/internal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { until } from '../support/until.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const target = { app: 'orders', stage: 'dev' };

/** Numbers in [0, 1) from a seed, so that a failing run can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

let local: LocalAws;
const clock = createClock();
beforeAll(async () => {
  local = await startLocalAws({ random: seeded(5), clock });
  const parameters = names.map((name, at) => ({
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: `/orders/dev/plain/${name}`, Type: 'String', Value: String(at) },
  }));
  const secrets = ids.map((id) => ({
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: `orders/dev/keys/${id}`, SecretString: `value of ${id}` },
  }));
  const Resources = Object.fromEntries([...parameters, ...secrets].map((one, at) => [`R${at}`, one]));
  await provision({ Resources }, { endpoint: local.url, region, credentials });
});
afterAll(() => local.close());
beforeEach(() => {
  local.faults.clear();
  local.clearCalls();
});

const names = Array.from({ length: 25 }, (_, at) => `p${at}`);
const ids = Array.from({ length: 5 }, (_, at) => `s${at}`);
const definition = defineConfig({
  schema: z.object({
    plain: z.object(Object.fromEntries(names.map((name) => [name, z.coerce.number()]))),
    keys: z.object(Object.fromEntries(ids.map((id) => [id, secret(z.string())]))),
  }),
  sources: [parameterStore(), secretsManager()],
});

const port = (maxAttempts = 1) => createAws({ env: {}, endpoint: local.url, region, credentials, maxAttempts });
const fetched = () => local.calls().filter(({ operation }) => operation !== 'PutParameter').length;

/** A clock that moves only by `advance`, which also ends sleeps. */
function manualClock(): Clock & { advance(ms: number): void; sleeps(ms: number): boolean } {
  let at = 0;
  const sleepers = new Set<{ readonly dueAt: number; readonly forMs: number; readonly wake: () => void }>();
  return {
    now: () => at,
    monotonic: () => at,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { dueAt: at + ms, forMs: ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    /** Whether a sleep of at most `ms` has begun and is not over. */
    sleeps: (ms) => [...sleepers].some(({ forMs }) => forMs <= ms),
    advance: (ms) => {
      at += ms;
      for (const sleeper of [...sleepers].filter(({ dueAt }) => dueAt <= at)) {
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

describe('config, its stores failing', () => {
  it('a thousand gets at once are the three calls of one load, and three more when it is old', async () => {
    const time = manualClock();
    const live = createConfig(definition, { ...target, aws: port(), clock: time, random: () => 0.5, maxAgeMs: 60_000 });
    const first = await Promise.all(Array.from({ length: 1_000 }, () => live.get()));
    expect([fetched(), new Set(first).size]).toEqual([3, 1]);
    time.advance(60_001);
    const second = await Promise.all(Array.from({ length: 1_000 }, () => live.get()));
    expect([fetched(), new Set(second).size, live.state.version]).toEqual([6, 1, 1]);
  });

  it('one throttled call of three is the fault of its ten names alone, and a retry of the port heals it', async () => {
    local.faults.add({ service: 'ssm', operation: 'GetParameters', kind: 'throttle', times: 1 });
    const error: unknown = await loadConfig(definition, { ...target, aws: port() }).catch((cause: unknown) => cause);
    expect(ConfigError.isInstance(error) && [error.retryable, error.faults.length]).toEqual([true, 10]);
    local.faults.add({ service: 'ssm', operation: 'GetParameters', kind: 'throttle', times: 1 });
    expect((await loadConfig(definition, { ...target, aws: port(3) })).plain.p24).toBe(24);
  });

  it('a store that takes five seconds leaves the last good snapshot, its age told, and nothing in flight', async () => {
    const time = manualClock();
    const events: ConfigEvent[] = [];
    const options = { ...target, aws: port(), clock: time, random: () => 0.5, maxAgeMs: 60_000 };
    const live = createConfig(definition, { ...options, onEvent: (event) => events.push(event) });
    const loaded = await live.get();
    clock.freeze();
    local.faults.add({ service: 'ssm', operation: 'GetParameters', kind: 'delay', delayMs: 5_000 });
    time.advance(61_000);
    const waiting = live.get();
    // No other caller waits for it.
    expect(await live.get()).toBe(loaded);
    await until(
      'the three calls are held up',
      () => local.faults.list()[0]?.struck,
      (struck) => struck === 3,
    );
    time.advance(2_000);
    expect(await waiting).toBe(loaded);
    expect(events.at(-1)).toMatchObject({ kind: 'kept', why: 'unreachable', ageMs: 63_000 });
    expect(live.state).toMatchObject({ version: 1, stale: true, ageMs: 63_000 });
    local.faults.clear();
    clock.unfreeze();
    time.advance(20_000);
    await live.get();
    expect(live.state).toMatchObject({ version: 1, stale: false, ageMs: 0 });
  });

  it.each<Fault['kind']>(['throttle', 'error500', 'error503', 'reset', 'dropResponse', 'truncate'])(
    'a load through %s is right or a retryable fault, never half a config',
    async (kind) => {
      const load = async () => {
        try {
          const { plain, keys } = await loadConfig(definition, { ...target, aws: port() });
          expect(Object.values(plain)).toEqual(names.map((_, at) => at));
          expect(Object.values(keys).map((key) => key.reveal())).toEqual(ids.map((id) => `value of ${id}`));
          return 'right';
        } catch (error) {
          if (!ConfigError.isInstance(error)) throw error;
          expect(error.message).not.toContain('value of');
          expect([error.retryable, new Set(error.faults.map(({ reason }) => reason))]).toEqual([
            true,
            new Set(['unreachable']),
          ]);
          return 'retryable';
        }
      };
      // The seed makes the same calls fail in every run; which loads they belong to would depend on
      // time if loads overlapped.
      local.faults.add({ service: 'ssm', kind, probability: 0.4, seed: 1 });
      const outcomes = new Set<string>();
      for (let count = 0; count < 20; count += 1) outcomes.add(await load());
      expect(outcomes).toEqual(new Set(['right', 'retryable']));
    },
  );
});

/** A call that the port has not. */
async function secretsManagerCall(operation: string, body: object): Promise<unknown> {
  const response = await fetch(local.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/secretsmanager/aws4_request, Signature=none`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

describe('a rotation by a function, in the middle of 500 requests', () => {
  const SECRET = 'orders/dev/database';
  const ROTATE = 'arn:aws:lambda:eu-west-1:123456789012:function:rotate';
  /** As PostgreSQL says it: invalid_password. */
  const refused = () => Object.assign(new Error('password authentication failed'), { code: '28P01' });

  it('fails none of them, though the database knows the password before the store does', async () => {
    const Secret = { Name: SECRET, SecretString: JSON.stringify({ username: 'app', password: 'old' }) };
    const template = { Resources: { Secret: { Type: 'AWS::SecretsManager::Secret', Properties: Secret } } };
    await provision(template, { endpoint: local.url, region, credentials });
    const rotated = Promise.withResolvers<void>();
    const database = { password: 'old', opened: 0, closed: 0, closedInUse: 0, refusals: 0 };

    // The four steps of a single-user rotation; the service has the password from the second on,
    // the store from the fourth.
    local.functions.register(ROTATE, async (event) => {
      const { Step, ClientRequestToken } = event as { Step: string; ClientRequestToken: string }; // Secrets Manager's own event
      const SecretString = JSON.stringify({ username: 'app', password: 'new' });
      const pending = { SecretId: SECRET, ClientRequestToken, SecretString, VersionStages: ['AWSPENDING'] };
      if (Step === 'createSecret') await secretsManagerCall('PutSecretValue', pending);
      if (Step === 'setSecret') database.password = 'new';
      if (Step === 'testSecret')
        await until(
          'a refusal',
          () => database.refusals,
          (refusals) => refusals > 0,
        );
      if (Step === 'finishSecret') {
        const described = await secretsManagerCall('DescribeSecret', { SecretId: SECRET });
        const { VersionIdsToStages } = described as { VersionIdsToStages: Record<string, string[]> }; // its documented answer
        const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes('AWSCURRENT'));
        await secretsManagerCall('UpdateSecretVersionStage', {
          SecretId: SECRET,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: ClientRequestToken,
          RemoveFromVersionId: current,
        });
        rotated.resolve();
      }
    });
    const config = defineConfig({
      schema: z.object({
        database: z.object({
          username: secret(z.string(), { id: '{app}/{stage}/database', jsonKey: 'username' }),
          password: secret(z.string(), { id: '{app}/{stage}/database', jsonKey: 'password' }),
        }),
      }),
      sources: [secretsManager()],
    });
    const time = manualClock();
    const live = createConfig(config, { ...target, aws: port(), clock: time, random: () => 0.5 });
    const pool = await openRotating(live, {
      keys: ['database.username', 'database.password'],
      open: async ({ database: { password } }) => {
        if (password.reveal() !== database.password) throw refused();
        database.opened += 1;
        return { password: password.reveal(), busy: 0 };
      },
      close: async ({ busy }) => {
        database.closed += 1;
        if (busy > 0) database.closedInUse += 1;
      },
      isAuthFailure: (error) => error instanceof Error && 'code' in error && error.code === '28P01',
    });
    const query = () =>
      pool.use(async (connection) => {
        connection.busy += 1;
        try {
          await new Promise(setImmediate);
          if (connection.password !== database.password) {
            database.refusals += 1;
            throw refused();
          }
          return 'row';
        } finally {
          connection.busy -= 1;
        }
      });

    local.clearCalls();
    const queries: Array<Promise<string>> = [];
    for (let at = 0; at < 500; at += 1) {
      queries.push(query());
      if (at === 100) {
        await secretsManagerCall('RotateSecret', {
          ClientRequestToken: crypto.randomUUID(),
          SecretId: SECRET,
          RotationLambdaARN: ROTATE,
          RotationRules: { AutomaticallyAfterDays: 30 },
        });
        await until(
          'the new password at the database',
          () => database.password,
          (password) => password === 'new',
        );
      }
      if (at % 25 === 0) await new Promise(setImmediate);
    }
    let answered = false;
    const answers = Promise.all(queries).finally(() => {
      answered = true;
    });
    // A first fetch that found the old password is followed by another half a second later, by when
    // the store has the new one.
    await until(
      'the search waits, or has found the password',
      () => answered || time.sleeps(500),
      (over) => over,
    );
    await rotated.promise;
    time.advance(500);
    expect(new Set(await answers)).toEqual(new Set(['row']));
    expect(database.refusals).toBeGreaterThan(0);
    // One search for all that were refused: a fetch at once, one after the wait, and the one that
    // opened the pool.
    expect(local.calls({ operation: 'GetParameters' }).length).toBeLessThanOrEqual(3);
    await pool.close();
    expect(database).toMatchObject({ opened: 2, closed: 2, closedInUse: 0 });
  });
});
