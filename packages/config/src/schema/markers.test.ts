import { describe, expect, it } from 'vitest';
import { z as classic } from 'zod';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { FakeStores } from '../fake-stores.fixture.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { loadConfig } from '../load/load-config.ts';
import { customSource } from '../sources/custom-source.ts';
import { file } from '../sources/file-source.ts';
import { env, memory, parameterStore, secretsManager } from '../sources/sources.ts';
import { derived } from './derived.ts';
import { param } from './param.ts';
import { secret } from './secret.ts';

const target = { app: 'orders', stage: 'prod' };
const sources = [env(), parameterStore(), secretsManager()];

async function faultsOf(loading: Promise<unknown>): Promise<string[]> {
  const error = await loading.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!ConfigError.isInstance(error)) throw new Error('expected a ConfigError', { cause: error });
  return error.faults.map(({ key, reason, detail }) => `${key} ${reason}: ${detail}`);
}

describe('param()', () => {
  const definition = defineConfig({
    schema: z.object({
      currency: param(z.string(), { name: '/shared/{app}/currency', env: 'CURRENCY_CODE' }),
      rate: z.optional(param(z.coerce.number(), { version: 3 })),
      limits: param(z.object({ perDay: z.number() }), { version: 'live' }),
      region: z._default(param(z.string(), { provisioned: true }), 'eu'),
    }),
    sources,
  });

  it('names a parameter, a version, a label and another variable, and makes one key of an object', async () => {
    const { keys, calls } = definition.plan(target);
    expect(keys.map(({ key, env: name, parameter }) => [key, name, parameter])).toEqual([
      ['currency', 'CURRENCY_CODE', '/shared/orders/currency'],
      ['rate', 'RATE', '/orders/prod/rate:3'],
      ['limits', 'LIMITS', '/orders/prod/limits:live'],
      ['region', 'REGION', '/orders/prod/region'],
    ]);
    expect(keys.map(({ provisioned }) => provisioned)).toEqual([undefined, undefined, undefined, true]);
    const aws = fakeStores({
      parameters: {
        '/shared/orders/currency': 'EUR',
        '/orders/prod/rate:3': '0.3',
        '/orders/prod/limits:live': '{"perDay":5}',
      },
    });
    const config = await loadConfig(definition, { ...target, env: {}, aws });
    expect(config).toEqual({ currency: 'EUR', rate: 0.3, limits: { perDay: 5 }, region: 'eu' });
    expect(aws.requests).toEqual(calls.map(({ names }) => names));
  });

  it('takes permissions on names, never on versions', () => {
    expect(definition.plan({ app: 'orders', stage: '{stage}' }).access).toEqual([
      {
        action: 'ssm:GetParameters',
        on: 'parameters',
        names: ['/shared/orders/currency', '/orders/{stage}/rate', '/orders/{stage}/limits', '/orders/{stage}/region'],
      },
    ]);
  });

  it.each([
    ['a relative path', { name: 'tax/rate' }, /must be a name that Parameter Store takes/],
    ['another placeholder', { name: '/{region}/tax' }, /must be a name that Parameter Store takes/],
    ["AWS's names", { name: '/aws/tax' }, /refuses names that begin with aws/],
    ["the bindings' names", { name: '/{app}/{stage}/bindings/x' }, /belongs to attached resources/],
    ['version 0', { version: 0 }, /whole number from 1, or a label/],
    ['a label that begins with a digit', { version: '3x' }, /whole number from 1, or a label/],
    ['a lower-case variable', { env: 'tax' }, /must be capital letters/],
    ['a variable of the host', { env: 'PATH' }, /belongs to the host/],
    ['a default that is not there', { provisioned: true }, /and it has none/],
  ])('refuses %s', (_, options, message) => {
    expect(() => defineConfig({ schema: z.object({ tax: param(z.string(), options) }), sources })).toThrow(message);
  });

  it('refuses absence inside, unknown options, and a secret', () => {
    expect(() => param(z.optional(z.string()))).toThrow(/the wrapper goes outside/);
    expect(() => param(z.string(), { label: 'live' } as never)).toThrow(/unknown option 'label'/);
    expect(() => param('x' as never)).toThrow(/takes a zod 4 schema/);
    expect(() => defineConfig({ schema: z.object({ a: param(secret(z.string())) }), sources })).toThrow(
      /mark the whole key/,
    );
  });
});

describe('secret() with a place', () => {
  const definition = defineConfig({
    schema: z.object({
      login: secret(z.string(), { id: '{app}/{stage}/database', jsonKey: 'username' }),
      port: secret(z.coerce.number(), { id: '{app}/{stage}/database', jsonKey: 'port' }),
      old: z.optional(secret(z.string(), { id: '{app}/{stage}/database', versionStage: 'AWSPREVIOUS' })),
      token: secret(z.string(), { parameter: true }),
      shared: secret(z.string(), { parameter: '/shared/token', version: 'live', env: 'SHARED_TOKEN' }),
    }),
    sources,
  });
  const stores = (over: FakeStores = {}): FakeStores => ({
    parameters: {
      '/orders/prod/token': { type: 'SecureString', value: 't1' },
      '/shared/token:live': { type: 'SecureString', value: 't2' },
    },
    secrets: {
      'orders/prod/database': '{"username":"u","port":5432}',
      'orders/prod/database@AWSPREVIOUS': '{"username":"before"}',
    },
    ...over,
  });

  it('reads one secret once for all of its keys, and a stage by a separate call', async () => {
    const aws = fakeStores(stores());
    const reported: string[] = [];
    const config = await loadConfig(definition, { ...target, env: {}, aws, onSecret: (value) => reported.push(value) });
    expect([config.login, config.port, config.old, config.token, config.shared].map((one) => one?.reveal())).toEqual([
      'u',
      5432,
      '{"username":"before"}',
      't1',
      't2',
    ]);
    expect(aws.requests).toEqual([
      ['/orders/prod/token', '/shared/token:live', '/aws/reference/secretsmanager/orders/prod/database'],
    ]);
    expect(aws.asked).toEqual(['orders/prod/database@AWSPREVIOUS']);
    expect(reported).toEqual(expect.arrayContaining(['u', 't1', 't2']));
  });

  it('takes exactly these permissions', () => {
    expect(definition.plan(target).access).toEqual([
      {
        action: 'ssm:GetParameters',
        on: 'parameters',
        names: ['/orders/prod/token', '/shared/token', '/aws/reference/secretsmanager/orders/prod/database'],
      },
      { action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ['orders/prod/database'] },
      { action: 'kms:Decrypt', on: 'keyOfParameters', names: ['/orders/prod/token', '/shared/token'] },
    ]);
  });

  it('refuses a plain parameter where a SecureString belongs, and a secret that is no JSON object, without a value', async () => {
    const aws = fakeStores(
      stores({
        parameters: {
          '/orders/prod/token': 'in the clear',
          '/shared/token:live': { type: 'SecureString', value: 't2' },
        },
        secrets: { 'orders/prod/database': 'not json' },
      }),
    );
    const faults = await faultsOf(loadConfig(definition, { ...target, env: {}, aws }));
    expect(faults).toEqual([
      'login malformed: expected a JSON object with the key username',
      'port malformed: expected a JSON object with the key port',
      'token malformed: expected a SecureString, found a String',
    ]);
  });

  it('calls a key that the JSON does not have missing, and says where it looked', async () => {
    const aws = fakeStores(stores({ secrets: { 'orders/prod/database': '{"username":"u"}' } }));
    const error: unknown = await loadConfig(definition, { ...target, env: {}, aws }).catch((cause: unknown) => cause);
    expect(ConfigError.isInstance(error) && error.faults).toMatchObject([
      {
        key: 'port',
        reason: 'missing',
        lookedIn: ['environment PORT', 'Secrets Manager orders/prod/database, key port'],
        supply: { secretId: 'orders/prod/database', command: expect.stringContaining('{"port": "<value>", ...}') },
      },
    ]);
  });

  it('refuses options of both stores at once', () => {
    expect(() => secret(z.string(), { parameter: true, id: 'x' })).toThrow(/choose one/);
    expect(() => secret(z.string(), { version: 1 })).toThrow(/a secret has stages/);
    expect(() => secret(z.string(), { stage: 'AWSPREVIOUS' } as never)).toThrow(/unknown option 'stage'/);
    const bad = (options: object) => () =>
      defineConfig({ schema: z.object({ a: secret(z.string(), options) }), sources });
    expect(bad({ id: 'a b' })).toThrow(/a name that Secrets Manager takes/);
    expect(bad({ jsonKey: '' })).toThrow(/jsonKey is empty/);
    expect(bad({ versionStage: 'a b' })).toThrow(/must be a staging label/);
  });
});

describe('derived()', () => {
  const host = z.string();
  const port = z._default(z.coerce.number(), 80);
  const password = secret(z.string());
  const origin = derived({ host, port }, (http) => `http://${http.host}:${http.port}`);
  const definition = defineConfig({
    schema: z.strictObject({
      http: z.object({ host, port, origin, health: derived({ origin }, (all) => `${all.origin}/health`) }),
      database: z.object({
        password,
        url: derived({ password, host }, (db) => `mysql://app:${db.password.reveal()}@${db.host}/`),
      }),
    }),
    sources: [memory({ http: { host: 'h' }, database: { password: 'p' } })],
  });

  it('is made from other keys, also from derived ones, and is looked for nowhere', async () => {
    const config = await loadConfig(definition, target);
    expect(config.http).toEqual({ host: 'h', port: 80, origin: 'http://h:80', health: 'http://h:80/health' });
    expect(definition.leaves.map(({ key }) => key)).not.toContain('http.origin');
    expect(definition.plan(target).calls).toEqual([]);
    expect(Object.isFrozen(config.http)).toBe(true);
  });

  it('is a secret when it is made from one, and is passed to the redactor', async () => {
    const reported: string[][] = [];
    const config = await loadConfig(definition, { ...target, onSecret: (value, key) => reported.push([key, value]) });
    expect(String(config.database.url)).toBe('[secret database.url]');
    expect(config.database.url.reveal()).toBe('mysql://app:p@h/');
    expect(reported).toContainEqual(['database.url', 'mysql://app:p@h/']);
  });

  it('is a fault without a value when its function throws, is asynchronous, or lacks an input', async () => {
    const url = z.string();
    const schema = z.object({
      url,
      cache: z.optional(z.object({ url: host })),
      parsed: derived({ url }, (all) => new URL(all.url).host),
      later: derived({ url }, async (all) => all.url),
      lacking: derived({ host }, (all) => all.host),
    });
    const loading = loadConfig(defineConfig({ schema, sources: [memory({ url: 'not-to-be-shown' })] }), target);
    expect(await faultsOf(loading)).toEqual([
      'parsed malformed: its function threw TypeError',
      'later malformed: its function is asynchronous; derive from what is there',
      'lacking malformed: it is made from cache.url, which is not set',
    ]);
  });

  it('refuses inputs that are no key, or several', () => {
    const define = (schema: z.ZodMiniObject) => () => defineConfig({ schema, sources: [] });
    expect(define(z.object({ a: derived({ host }, () => 1) }))).toThrow(/its input 'host' is not a key of this config/);
    expect(define(z.object({ a: host, b: host, c: derived({ host }, () => 1) }))).toThrow(/'host' is several keys/);
    expect(() => derived({}, () => 1)).toThrow(/it has no input/);
  });
});

describe('other sources', () => {
  const schema = z.object({ a: z.coerce.number(), b: z._default(z.string(), 'x'), key: secret(z.string()) });

  it('asks a source of your own for what nothing above has, before the stores and with their rank', async () => {
    const asked: unknown[] = [];
    const vault = customSource({
      name: 'Vault',
      secrets: true,
      read: async (request) => {
        asked.push(request);
        return { a: '1', key: 'k' };
      },
    });
    const definition = defineConfig({ schema, sources: [env(), vault, parameterStore(), file('config.json')] });
    const aws = fakeStores({ parameters: { '/orders/prod/a': '2', '/orders/prod/b': 'stored' } });
    const config = await loadConfig(definition, { ...target, env: { B: 'env' }, aws, readFile: async () => '{"a":3}' });
    expect({ ...config, key: config.key.reveal() }).toEqual({ a: 1, b: 'env', key: 'k' });
    expect(asked).toEqual([{ ...target, keys: ['a', 'key'], signal: undefined }]);
  });

  it('does not ask it for secrets unless it says so, and tells its failure without its message', async () => {
    const read = async () => {
      throw Object.assign(new Error('token s.123 refused'), { code: 'E_VAULT', retryable: true });
    };
    const definition = defineConfig({ schema, sources: [env(), customSource({ name: 'Vault', read })] });
    const error: unknown = await loadConfig(definition, { ...target, env: { KEY: 'k' } }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ retryable: true });
    expect(ConfigError.isInstance(error) && error.faults.map(({ key, detail }) => `${key}: ${detail}`)).toEqual([
      'a: Vault failed: Error E_VAULT',
      'b: Vault failed: Error E_VAULT',
    ]);
    expect(String(error)).not.toContain('s.123');
    expect(() => customSource({ name: '', read })).toThrow(/needs a name/);
    expect(() => customSource({ name: 'x' } as never)).toThrow(/needs read/);
    const twice = [customSource({ name: 'x', read }), customSource({ name: 'x', read })];
    expect(() => defineConfig({ schema, sources: twice })).toThrow(/source x is listed twice/);
  });

  it('reads YAML, and says where it is not, without a value', async () => {
    const definition = defineConfig({
      schema: classic.object({ a: classic.coerce.number(), list: classic.array(classic.string()) }),
      sources: [file('config.yaml')],
    });
    const load = (text: string) => loadConfig(definition, { ...target, readFile: async () => text });
    expect(await load('a: 1\nlist:\n  - x\n  - y\n')).toEqual({ a: 1, list: ['x', 'y'] });
    expect((await faultsOf(load('a: [hidden\nlist: }')))[0]).toMatch(
      /^config.yaml malformed: the file is not YAML \(at line \d+, column \d+\)$/,
    );
    expect((await faultsOf(load('- hidden')))[0]).toBe('config.yaml malformed: the file must contain a YAML mapping');
  });
});
