import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { fakeStores } from '../fake-stores.fixture.ts';
import type { ConfigOf } from '../index.ts';
import {
  defineConfig,
  derived,
  env,
  loadConfig,
  memory,
  parameterStore,
  Secret,
  secret,
  secretsManager,
  selectConfig,
} from '../index.ts';
import type { ConfigPath, PickConfig } from '../internal.ts';

const target = { app: 'orders', stage: 'dev' };
const host = z.string();
const password = secret(z.string());
const config = defineConfig({
  schema: z.object({
    pricing: z.object({
      taxRate: z.coerce.number(),
      currency: z.string().default('EUR'),
      deep: z.object({ step: z.coerce.number() }),
    }),
    payments: z.object({ apiKey: secret(z.string()), url: z.url().optional() }),
    database: z.object({
      host,
      password,
      url: derived({ host, password }, (db) => `${db.host}:${db.password.reveal()}`),
    }),
    tls: z.object({ on: z.stringbool(), key: z.string().optional() }).optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  sources: [env(), parameterStore({ byPath: true }), secretsManager()],
});
type Config = ConfigOf<typeof config>;

const stores = () =>
  fakeStores({
    parameters: {
      '/orders/dev/pricing/taxRate': '0.2',
      '/orders/dev/pricing/deep/step': '5',
      '/orders/dev/database/host': 'db',
    },
    secrets: { 'orders/dev/payments/apiKey': 'key', 'orders/dev/database/password': 'pass' },
  });

describe('a part of a config', () => {
  it.each<[string, string[], unknown, string[]]>([
    [
      'a section',
      ['pricing'],
      { pricing: { taxRate: 0.2, currency: 'EUR', deep: { step: 5 } } },
      ['/orders/dev/pricing/taxRate', '/orders/dev/pricing/currency', '/orders/dev/pricing/deep/step'],
    ],
    ['a key', ['pricing.taxRate'], { pricing: { taxRate: 0.2 } }, ['/orders/dev/pricing/taxRate']],
    [
      'a secret',
      ['payments.apiKey'],
      { payments: { apiKey: expect.any(Secret) } },
      ['/aws/reference/secretsmanager/orders/dev/payments/apiKey'],
    ],
    ['a section in a section', ['pricing.deep'], { pricing: { deep: { step: 5 } } }, ['/orders/dev/pricing/deep/step']],
    [
      'a derived key, without what it is made from',
      ['database.url'],
      { database: { url: expect.any(Secret) } },
      ['/orders/dev/database/host', '/aws/reference/secretsmanager/orders/dev/database/password'],
    ],
    ['an optional key that is absent', ['tls.on'], {}, ['/orders/dev/tls/on']],
    ['nothing', [], {}, []],
  ])('loads exactly %s', async (_, paths, expected, names) => {
    const aws = stores();
    const { definition } = selectConfig(config, paths);
    expect(await loadConfig(definition, { ...target, env: {}, aws })).toEqual(expected);
    expect(aws.requests.flat()).toEqual(names);
  });

  it('grants a whole section by its path and a key by its name', () => {
    const access = (...paths: string[]) => selectConfig(config, paths).definition.plan(target).access;
    expect(access('pricing', 'payments.apiKey')).toEqual([
      {
        action: 'ssm:GetParameters',
        on: 'parameters',
        names: ['/orders/dev/pricing/*', '/aws/reference/secretsmanager/orders/dev/payments/apiKey'],
      },
      { action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ['orders/dev/payments/apiKey'] },
    ]);
    expect(access('payments')).toEqual([
      {
        action: 'ssm:GetParameters',
        on: 'parameters',
        names: ['/orders/dev/payments/*', '/aws/reference/secretsmanager/orders/dev/payments/*'],
      },
      { action: 'secretsmanager:GetSecretValue', on: 'secrets', names: ['orders/dev/payments/*'] },
    ]);
    expect(access()).toEqual([]);
    const template = selectConfig(config, ['payments']).definition.plan({ app: 'orders', stage: '{stage}' });
    expect(template.access.flatMap(({ names }) => names)).toEqual([
      '/orders/{stage}/payments/*',
      '/aws/reference/secretsmanager/orders/{stage}/payments/*',
      'orders/{stage}/payments/*',
    ]);
  });

  it('is refused for a path that is neither a key nor a section, and for all such at once', () => {
    expect(() => selectConfig(config, ['pricng', 'pricing.taxrate'])).toThrow(
      "Cannot use config: 'pricng' is neither a key nor a section of the config (sections and keys at the top: pricing, payments, database, tls, labels); 'pricing.taxrate' is neither",
    );
  });

  it('is refused for a part of what a function reads as a whole', () => {
    const whole = defineConfig({
      schema: z.object({ a: z.object({ b: z.string(), c: z.string() }).transform(({ b, c }) => b + c) }),
      sources: [env()],
    });
    expect(() => selectConfig(whole, ['a.b'])).toThrow(
      "'a.b' is a part of 'a', which a function of the schema reads as a whole; name 'a'",
    );
    expect(() => selectConfig(whole, ['a'])).not.toThrow();
  });
});

describe('rules over several keys', () => {
  const ruled = defineConfig({
    schema: z
      .object({
        a: z
          .object({ low: z.coerce.number(), high: z.coerce.number(), note: z.string() })
          .refine(({ low, high }) => low < high, 'low is below high'),
        b: z.object({ most: z.coerce.number() }),
        c: z.string(),
      })
      .refine(({ a, b }) => a.high <= b.most, 'high is at most most')
      .refine(async (all) => Object.keys(all).length === 3, 'three sections'),
    sources: [memory({ a: { low: 5, high: 3, note: 'n' }, b: { most: 1 }, c: 'c' })],
  });
  const faults = async (...paths: string[]) => {
    const { definition } = selectConfig(ruled, paths);
    const error: unknown = await loadConfig(definition, target).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    return (error as { faults?: Array<{ detail: string }> } | undefined)?.faults?.map(({ detail }) => detail) ?? [];
  };

  it('run where all the keys that they read are loaded', async () => {
    expect(await faults('a')).toEqual(['low is below high']);
    expect(await faults('a.low', 'a.high')).toEqual(['low is below high']);
    expect(await faults('a.low', 'a.note')).toEqual([]);
    expect(await faults('a.high', 'b')).toEqual(['high is at most most']);
    expect(await faults('b', 'c')).toEqual([]);
    expect(await faults('a', 'b', 'c')).toEqual(['low is below high', 'high is at most most']);
  });

  it('a part lists the sections whose rules may not run, and what they would need', () => {
    expect(selectConfig(ruled, ['a.low', 'b']).partlyRuled).toEqual([
      { section: '', missing: ['a.high', 'a.note', 'c'] },
      { section: 'a', missing: ['a.high', 'a.note'] },
    ]);
    expect(selectConfig(ruled, ['a', 'b', 'c']).partlyRuled).toEqual([]);
  });

  it('of a wrapper count as those of its object', async () => {
    const wrapped = defineConfig({
      schema: z.object({
        a: z
          .object({ low: z.coerce.number(), high: z.coerce.number() })
          .optional()
          .refine((a) => a === undefined || a.low < a.high, 'low is below high'),
      }),
      sources: [memory({ a: { low: 5, high: 3 } })],
    });
    const part = selectConfig(wrapped, ['a.low']);
    expect(part.partlyRuled).toEqual([{ section: 'a', missing: ['a.high'] }]);
    expect(await loadConfig(part.definition, target)).toEqual({ a: { low: 5 } });
    await expect(loadConfig(selectConfig(wrapped, ['a']).definition, target)).rejects.toThrow('low is below high');
  });

  it('leave no trace in the snapshot', async () => {
    const fine = { ...ruled, sources: [memory({ a: { low: 1, high: 3, note: 'n' }, b: { most: 9 }, c: 'c' })] };
    const { definition } = selectConfig(fine, ['a.low', 'c']);
    const loaded = await loadConfig(definition, target);
    expect(Object.entries(loaded as object)).toEqual([
      ['a', { low: 1 }],
      ['c', 'c'],
    ]);
  });
});

describe('types', () => {
  it('paths are sections and keys, and stop at values', () => {
    expectTypeOf<ConfigPath<Config>>().toEqualTypeOf<
      | 'pricing'
      | 'pricing.taxRate'
      | 'pricing.currency'
      | 'pricing.deep'
      | 'pricing.deep.step'
      | 'payments'
      | 'payments.apiKey'
      | 'payments.url'
      | 'database'
      | 'database.host'
      | 'database.password'
      | 'database.url'
      | 'tls'
      | 'tls.on'
      | 'tls.key'
      | 'labels'
    >();
  });

  it('a part has exactly what is named', () => {
    type Part = PickConfig<Config, 'pricing.taxRate' | 'payments' | 'tls.on'>;
    expectTypeOf<Part>().toEqualTypeOf<{
      readonly pricing: { readonly taxRate: number };
      readonly payments: { readonly apiKey: Secret<string>; readonly url?: string | undefined };
      readonly tls?: { readonly on: boolean } | undefined;
    }>();
    expectTypeOf<PickConfig<Config, never>>().toEqualTypeOf<Record<never, never>>();
  });
});
