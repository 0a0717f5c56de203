import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import type { ConfigOf } from '../index.ts';
import { defineApp, defineConfig, derived, env, Secret, secret } from '../index.ts';
import type { TestConfig } from './test-config.ts';
import { testContext } from './test-context.ts';

const apiKey = secret(z.string());
const user = z.string();
const app = defineApp({
  name: 'orders',
  config: defineConfig({
    schema: z.object({
      pricing: z.object({ taxRate: z.coerce.number(), currencies: z.array(z.string()) }),
      payments: z.object({ apiKey, user, login: derived({ user, apiKey }, ({ user: name }) => `${name}:...`) }),
      retries: z.coerce.number(),
    }),
    sources: [env()],
  }),
});

describe('the config of a test context', () => {
  it('is the part that the handler reads, with plain values in place of secrets', () => {
    const { config } = testContext(app, {
      config: {
        pricing: { taxRate: 0.19, currencies: ['EUR'] },
        payments: { apiKey: 'test-key', login: 'ada:test-key' },
      },
    });
    expect(config.pricing).toEqual({ taxRate: 0.19, currencies: ['EUR'] });
    expect(config.payments.apiKey.reveal()).toBe('test-key');
    expect(`${config.payments.apiKey}`).toBe('[secret payments.apiKey]');
    expect(inspect(config.payments)).not.toContain('test-key');
  });

  it('takes secrets as they are too', () => {
    const given = new Secret('test-key');
    expect(testContext(app, { config: { payments: { apiKey: given } } }).config.payments.apiKey).toBe(given);
  });

  it.each([
    ['nothing is given', undefined, (c: { retries: number }) => c.retries, 'config.retries', '{ retries: ... }'],
    ['another section is given', { retries: 1 }, (c) => c.pricing.taxRate, 'config.pricing', '{ pricing: ... }'],
    [
      'another key of the section is given',
      { payments: { user: 'ada' } },
      (c) => c.payments.apiKey,
      'config.payments.apiKey',
      '{ payments: { apiKey: ... } }',
    ],
  ] satisfies Array<[string, TestConfig<Config> | undefined, (config: Config) => unknown, string, string]>)(
    'names the key that is missing when %s',
    (_case, config, read, name, hint) => {
      const context = testContext(app, config ? { config } : {});
      expect(() => read(context.config)).toThrow(
        `Cannot use ${name} in this test: give it as testContext(app, { config: ${hint} })`,
      );
    },
  );

  it('can be printed, awaited and compared', async () => {
    const { config } = testContext(app, { config: { retries: 2 } });
    expect(JSON.stringify(await config)).toBe('{"retries":2}');
    expect(config).toEqual({ retries: 2 });
  });

  it('is frozen', () => {
    const { config } = testContext(app, { config: { retries: 2 } });
    expect(() => Object.assign(config, { retries: 3 })).toThrow(TypeError);
  });

  it('is newer after credentials were refused, in the same form', async () => {
    const context = testContext(app, { refreshedConfig: { payments: { apiKey: 'new' } } });
    expect((await context.credentialsRefused())?.payments.apiKey.reveal()).toBe('new');
    expect(await testContext(app).credentialsRefused()).toBeUndefined();
  });
});

type Config = ConfigOf<NonNullable<(typeof app)['config']>>;

describe('its types', () => {
  it('refuse unknown keys and wrong values', () => {
    // @ts-expect-error: there is no such key
    testContext(app, { config: { princing: {} } });
    // @ts-expect-error: the rate is a number
    testContext(app, { config: { pricing: { taxRate: '0.19' } } });
    // @ts-expect-error: the secret is a string
    testContext(app, { config: { payments: { apiKey: 5 } } });
    expectTypeOf(testContext(app, { config: { payments: { apiKey: 'k' } } }).config.payments.apiKey).toEqualTypeOf<
      Secret<string>
    >();
  });
});

it('fits every kind of handler', async () => {
  const api = app.http({ uses: { config: ['retries'] } }, (_, { config, http, drainSignal }) =>
    Response.json({ retries: config.retries, from: http.sourceAddress ?? 'unknown', draining: drainSignal.aborted }),
  );
  const request = new Request('http://localhost/');
  const answer = await api.handler(request, testContext(app, { config: { retries: 2 } }));
  expect(await answer.json()).toEqual({ retries: 2, from: 'unknown', draining: false });
  const drainSignal = AbortSignal.abort();
  const other = testContext(app, { config: { retries: 2 }, http: { sourceAddress: '192.0.2.1' }, drainSignal });
  expect(await (await api.handler(request, other)).json()).toMatchObject({ from: '192.0.2.1', draining: true });
});
