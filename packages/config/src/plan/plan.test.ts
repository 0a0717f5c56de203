import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { secret } from '../schema/secret.ts';
import { env, memory, parameterStore, secretsManager } from '../sources/sources.ts';

const target = { app: 'orders', stage: 'prod' };

describe('plan', () => {
  const sources = [env(), parameterStore(), secretsManager()];
  const definition = defineConfig({
    schema: z.object({
      pricing: z.object({ taxRate: z.coerce.number() }),
      payments: z.object({ apiKey: secret(z.string()) }),
      region: z.optional(z.string()),
    }),
    sources,
  });

  it('says where every key is looked for', () => {
    expect(definition.plan(target).keys).toEqual([
      {
        key: 'pricing.taxRate',
        secret: false,
        env: 'PRICING_TAX_RATE',
        parameter: '/orders/prod/pricing/taxRate',
        optional: false,
        hasDefault: false,
      },
      {
        key: 'payments.apiKey',
        secret: true,
        env: 'PAYMENTS_API_KEY',
        secretId: 'orders/prod/payments/apiKey',
        optional: false,
        hasDefault: false,
      },
      {
        key: 'region',
        secret: false,
        env: 'REGION',
        parameter: '/orders/prod/region',
        optional: true,
        hasDefault: false,
      },
    ]);
  });

  it('names only what the sources can hold', () => {
    const plan = defineConfig({ schema: z.object({ a: z.string(), b: secret(z.string()) }), sources: [] }).plan(target);
    expect(plan.calls).toEqual([]);
    expect(plan.keys.map((key) => Object.keys(key))).toEqual(
      Array(2).fill(['key', 'secret', 'optional', 'hasDefault']),
    );
  });

  it('fetches secrets by reference beside the parameters', () => {
    expect(definition.plan(target).calls).toEqual([
      {
        service: 'ssm',
        operation: 'GetParameters',
        names: [
          '/orders/prod/pricing/taxRate',
          '/orders/prod/region',
          '/aws/reference/secretsmanager/orders/prod/payments/apiKey',
        ],
      },
    ]);
  });

  it('plans 3 calls for 25 parameters and 5 secrets', () => {
    const shape: Record<string, z.ZodMiniType> = {};
    for (let index = 0; index < 25; index += 1) shape[`p${index}`] = z.string();
    const keys: Record<string, ReturnType<typeof secret>> = {};
    for (let index = 0; index < 5; index += 1) keys[`s${index}`] = secret(z.string());
    const { calls } = defineConfig({ schema: z.object({ ...shape, keys: z.object(keys) }), sources }).plan(target);
    expect(calls.map(({ names }) => names.length)).toEqual([10, 10, 10]);
    expect(new Set(calls.flatMap(({ names }) => names)).size).toBe(30);
  });

  it('leaves out what the environment or memory supplies, and an empty variable supplies nothing', () => {
    const plan = definition.plan({ ...target, env: { PRICING_TAX_RATE: '0.2', REGION: '' } });
    expect(plan.calls.flatMap(({ names }) => names)).toEqual([
      '/orders/prod/region',
      '/aws/reference/secretsmanager/orders/prod/payments/apiKey',
    ]);
    const withMemory = { ...definition, sources: [...sources, memory({ pricing: { taxRate: 0.2 }, region: 'eu' })] };
    expect(withMemory.plan(target).calls.flatMap(({ names }) => names)).toHaveLength(1);
  });

  it('takes {stage} for a stage chosen later, and no other text that is not a name', () => {
    const [key] = definition.plan({ app: 'orders', stage: '{stage}' }).keys;
    expect(key?.parameter).toBe('/orders/{stage}/pricing/taxRate');
    expect(() => definition.plan({ app: '{app}', stage: 'prod' })).toThrow(TypeError);
  });

  it('gives a default as the text that loads back to it, and none for a secret', () => {
    const { keys } = defineConfig({
      schema: z.object({
        text: z._default(z.string(), 'EUR'),
        number: z._default(z.coerce.number(), 0.25),
        flag: z._default(z.stringbool(), true),
        list: z._default(z.array(z.string()), ['a', 'b']),
        input: z.prefault(z.coerce.number(), '7'),
        noText: z._default(z.number(), 3),
        other: z._default(
          z.pipe(
            z.string(),
            z.transform((text: string) => text.length),
          ),
          3,
        ),
        hidden: z.prefault(secret(z.string()), 'development'),
        required: z.string(),
      }),
      sources: [],
    }).plan(target);
    expect(Object.fromEntries(keys.map((key) => [key.key, key.default]))).toEqual({
      text: 'EUR',
      number: '0.25',
      flag: 'true',
      list: '["a","b"]',
      input: '7',
      noText: undefined,
      other: undefined,
      hidden: undefined,
      required: undefined,
    });
    expect(JSON.stringify(keys)).not.toContain('development');
  });
});
