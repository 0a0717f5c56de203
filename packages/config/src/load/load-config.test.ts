import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { secret } from '../schema/secret.ts';
import { Secret } from '../secret.ts';
import { file } from '../sources/file-source.ts';
import type { ConfigSource } from '../sources/sources.ts';
import { env, memory, parameterStore, secretsManager } from '../sources/sources.ts';
import { loadConfig } from './load-config.ts';

const target = { app: 'orders', stage: 'prod' };
const allSources = [env(), parameterStore(), secretsManager()];
const files =
  (contents: Record<string, string>) =>
  async (path: string): Promise<string> => {
    const text = contents[path];
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return text;
  };

describe('loadConfig', () => {
  it('loads 25 parameters and 5 secrets in exactly 3 calls, all at once', async () => {
    const parameters: Record<string, string> = {};
    const secrets: Record<string, string> = {};
    const shape: Record<string, z.ZodMiniType<string>> = {};
    const keys: Record<string, ReturnType<typeof secret<z.ZodMiniString>>> = {};
    for (let index = 0; index < 25; index += 1) {
      shape[`p${index}`] = z.string();
      parameters[`/orders/prod/plain/p${index}`] = `value ${index}`;
    }
    for (let index = 0; index < 5; index += 1) {
      keys[`s${index}`] = secret(z.string());
      secrets[`orders/prod/keys/s${index}`] = `secret ${index}`;
    }
    const definition = defineConfig({
      schema: z.object({ plain: z.object(shape), keys: z.object(keys) }),
      sources: allSources,
    });
    const aws = fakeStores({ parameters, secrets });
    const config = await loadConfig(definition, { ...target, env: {}, aws });
    expect(aws.requests).toHaveLength(3);
    expect(aws.requests).toEqual(definition.plan(target).calls.map(({ names }) => names));
    expect(aws.widest).toBe(3);
    expect(config.plain.p24).toBe('value 24');
    expect(config.keys.s4?.reveal()).toBe('secret 4');
  });

  it('makes no call when the environment supplies everything, and needs no port then', async () => {
    const definition = defineConfig({
      schema: z.object({ rate: z.coerce.number(), key: secret(z.string()) }),
      sources: allSources,
    });
    const config = await loadConfig(definition, { ...target, env: { RATE: '0.2', KEY: 'k' } });
    expect([config.rate, config.key.reveal()]).toEqual([0.2, 'k']);
    await expect(loadConfig(definition, { ...target, env: { RATE: '0.2' } })).rejects.toThrow(/options.aws is needed/);
  });

  const layered = z.object({ v: z._default(z.string(), 'default') });
  const dotenv = files({ '.env': 'V=dotenv', 'a.json': '{"v":"a"}', 'b.json': '{"v":"b"}' });
  const stored = { '/orders/prod/v': 'store' };
  it.each<[string, ConfigSource[], Record<string, string>, Record<string, string>]>([
    ['env', [file('a.json'), parameterStore(), memory({ v: 'memory' }), env()], { V: 'env' }, stored],
    ['memory', [file('a.json'), parameterStore(), memory({ v: 'memory' }), env()], {}, stored],
    ['store', [file('a.json'), env(), parameterStore()], {}, stored],
    ['a', [file('a.json'), file('b.json'), parameterStore(), env()], {}, {}],
    ['dotenv', [file('.env'), file('a.json')], {}, {}],
    ['b', [file('none.json'), file('b.json'), env()], {}, {}],
    ['default', [env(), file('none.json'), parameterStore()], {}, {}],
  ])('lets %s win, whatever the order of the list', async (winner, sources, environment, parameters) => {
    for (const order of [sources, sources.every((source) => source.kind !== 'file') ? sources.toReversed() : sources]) {
      const definition = defineConfig({ schema: layered, sources: order });
      const aws = fakeStores({ parameters });
      const config = await loadConfig(definition, { ...target, env: environment, aws, readFile: dotenv });
      expect(config.v).toBe(winner);
    }
  });

  it('counts an empty variable as not set, in the environment and in .env alike', async () => {
    const definition = defineConfig({
      schema: z.object({ rate: z.optional(z.coerce.number()), note: z._default(z.string(), 'none') }),
      sources: [env(), file('.env')],
    });
    const config = await loadConfig(definition, {
      ...target,
      env: { RATE: '', NOTE: '' },
      readFile: files({ '.env': 'RATE=\nNOTE=""\n' }),
    });
    expect(config).toEqual({ note: 'none' });
  });

  it('takes an empty string in a store for a value, but never for a number', async () => {
    const definition = defineConfig({
      schema: z.object({ note: z._default(z.string(), 'none'), key: secret(z.string()) }),
      sources: allSources,
    });
    const aws = fakeStores({ parameters: { '/orders/prod/note': '' }, secrets: { 'orders/prod/key': '' } });
    const config = await loadConfig(definition, { ...target, env: {}, aws });
    expect([config.note, config.key.reveal()]).toEqual(['', '']);

    const numeric = defineConfig({ schema: z.object({ rate: z.coerce.number() }), sources: [parameterStore()] });
    const blank = fakeStores({ parameters: { '/orders/prod/rate': ' ' } });
    await expect(loadConfig(numeric, { ...target, aws: blank })).rejects.toMatchObject({
      faults: [{ key: 'rate', reason: 'malformed', detail: 'expected a number, found blank text' }],
    });
  });

  it('never reads a secret from a plain parameter', async () => {
    const definition = defineConfig({ schema: z.object({ key: secret(z.string()) }), sources: allSources });
    const aws = fakeStores({ parameters: { '/orders/prod/key': 'plain' } });
    await expect(loadConfig(definition, { ...target, env: {}, aws })).rejects.toMatchObject({
      faults: [{ key: 'key', reason: 'missing' }],
    });
    expect(aws.requests).toEqual([['/aws/reference/secretsmanager/orders/prod/key']]);
  });

  it('coerces as the schema says, from text and from typed values', async () => {
    const schema = z.object({
      port: z.coerce.number(),
      debug: z.stringbool(),
      since: z.coerce.date(),
      level: z.enum(['info', 'debug']),
      tags: z.array(z.string()),
      limits: z.record(z.string(), z.number()),
      origins: z.array(z.string()),
      version: z.string(),
      credentials: secret(z.object({ user: z.string() })),
      nothing: z.nullable(z.string()),
    });
    const definition = defineConfig({ schema, sources: [...allSources, file('config.json')] });
    const aws = fakeStores({
      parameters: {
        '/orders/prod/port': '8080',
        '/orders/prod/since': '2026-01-02T00:00:00Z',
        '/orders/prod/tags': '["a","b"]',
        '/orders/prod/limits': '{"x":1}',
        '/orders/prod/origins': { type: 'StringList', value: 'a.example,b.example' },
      },
      secrets: { 'orders/prod/credentials': '{"user":"u"}' },
    });
    const json = '\uFEFF{"debug": false, "version": 24, "level": "debug", "nothing": null, "port": 1}';
    const config = await loadConfig(definition, { ...target, env: {}, aws, readFile: files({ 'config.json': json }) });
    expect({ ...config, credentials: config.credentials.reveal() }).toEqual({
      port: 8080,
      debug: false,
      since: new Date('2026-01-02T00:00:00Z'),
      level: 'debug',
      tags: ['a', 'b'],
      limits: { x: 1 },
      origins: ['a.example', 'b.example'],
      version: '24',
      credentials: { user: 'u' },
      nothing: null,
    });
  });

  it('leaves out an object that may be absent when nothing below it is set', async () => {
    const schema = z.object({
      cache: z.optional(z.object({ url: z.string(), limits: z.object({ ttl: z._default(z.coerce.number(), 60) }) })),
      retry: z._default(z.object({ attempts: z.coerce.number() }), { attempts: 3 }),
    });
    const definition = defineConfig({ schema, sources: [env()] });
    expect(await loadConfig(definition, { ...target, env: {} })).toEqual({ retry: { attempts: 3 } });
    expect(await loadConfig(definition, { ...target, env: { CACHE_URL: 'redis://x', RETRY_ATTEMPTS: '5' } })).toEqual({
      cache: { url: 'redis://x', limits: { ttl: 60 } },
      retry: { attempts: 5 },
    });
    await expect(loadConfig(definition, { ...target, env: { CACHE_LIMITS_TTL: '5' } })).rejects.toMatchObject({
      faults: [{ key: 'cache.url', reason: 'missing' }],
    });
  });

  it('gives a deeply frozen, plain object', async () => {
    const definition = defineConfig({
      schema: z.object({
        a: z.object({ list: z.array(z.object({ b: z.string() })) }),
        once: z.readonly(z.object({ inner: z.array(z.string()) })),
        key: secret(z.object({ user: z.string() })),
      }),
      sources: [memory({ a: { list: [{ b: 'x' }] }, once: { inner: ['y'] }, key: { user: 'u' } })],
    });
    const config = await loadConfig(definition, target);
    expect(Object.getOwnPropertyDescriptor(config.a, 'list')).toMatchObject({ writable: false, configurable: false });
    const parts = [config, config.a, config.a.list, config.a.list[0], config.once.inner, config.key.reveal()];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });

  it('names secrets by their key, and prints the whole config without them', async () => {
    const shared = secret(z.string());
    const definition = defineConfig({
      schema: z.object({ payments: z.object({ apiKey: shared }), mail: z.object({ token: shared }) }),
      sources: [env()],
    });
    const config = await loadConfig(definition, {
      ...target,
      env: { PAYMENTS_API_KEY: 'sk_1234567', MAIL_TOKEN: 'tok_987' },
    });
    expect(config.payments.apiKey).toBeInstanceOf(Secret);
    expect(JSON.stringify(config)).toBe(
      '{"payments":{"apiKey":"[secret payments.apiKey]"},"mail":{"token":"[secret mail.token]"}}',
    );
  });

  it("tells onSecret every secret's text once, also when the load fails", async () => {
    const definition = defineConfig({
      schema: z.object({
        key: secret(
          z.pipe(
            z.string(),
            z.transform((text) => text.trim()),
          ),
        ),
        login: secret(z.object({ user: z.string(), password: z.string() })),
        short: secret(z.string().check(z.minLength(20))),
        empty: secret(z.string()),
        plain: z.string(),
      }),
      sources: [secretsManager(), memory({ plain: 'public' })],
    });
    const login = '{"user":"u1","password":"p1"}';
    const aws = fakeStores({
      secrets: {
        'orders/prod/key': ' padded ',
        'orders/prod/login': login,
        'orders/prod/short': 'p1',
        'orders/prod/empty': '',
      },
    });
    const reported: string[][] = [];
    const loading = loadConfig(definition, { ...target, aws, onSecret: (value, key) => reported.push([key, value]) });
    await expect(loading).rejects.toMatchObject({ faults: [{ key: 'short' }] });
    expect(reported).toEqual([
      ['key', ' padded '],
      ['login', login],
      ['login', 'u1'],
      ['login', 'p1'],
    ]);

    const longer = fakeStores({
      secrets: {
        'orders/prod/key': ' padded ',
        'orders/prod/login': login,
        'orders/prod/short': 'twenty characters long',
        'orders/prod/empty': '',
      },
    });
    const values: string[] = [];
    await loadConfig(definition, { ...target, aws: longer, onSecret: (value) => values.push(value) });
    expect(values).toContain('padded');
    expect(values).not.toContain('public');
  });

  it('puts app and stage into file paths', async () => {
    const definition = defineConfig({
      schema: z.object({ v: z.string() }),
      sources: [file('{app}.{stage}.json', { required: true })],
    });
    const config = await loadConfig(definition, { ...target, readFile: files({ 'orders.prod.json': '{"v":"x"}' }) });
    expect(config.v).toBe('x');
  });

  it('reads real files by default', async () => {
    const definition = defineConfig({
      schema: z.object({ name: z.string() }),
      sources: [file(new URL('../../package.json', import.meta.url).pathname, { required: true })],
    });
    expect(await loadConfig(definition, target)).toEqual({ name: '@twelvefold/config' });
  });

  it('refuses what it does not know and what it lacks', async () => {
    const definition = defineConfig({ schema: z.object({ v: z.string() }), sources: [env()] });
    await expect(loadConfig(definition, { ...target, env: {}, region: 'x' } as never)).rejects.toThrow(
      /option 'region'/,
    );
    await expect(loadConfig(definition, target)).rejects.toThrow(/options.env is needed/);
    await expect(loadConfig(definition, { app: 'orders', stage: '{stage}', env: {} })).rejects.toThrow(/stage/);
  });

  it('ends with the signal, with nothing left in flight', async () => {
    const definition = defineConfig({
      schema: z.object(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`p${index}`, z.string()]))),
      sources: [parameterStore()],
    });
    const controller = new AbortController();
    const aws = fakeStores();
    const loading = loadConfig(definition, { ...target, aws, signal: controller.signal });
    controller.abort(new Error('stopping'));
    await expect(loading).rejects.toThrow('stopping');
    expect(aws.inFlight).toBe(0);
    expect(aws.requests).toHaveLength(3);
  });
});
