import type { Aws } from '@twelvefold/aws';
import { createTestClock } from '@twelvefold/core/testing';
import { runInScope } from '@twelvefold/lifecycle';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp, defineConfig, env, parameterStore, secret, secretsManager } from '../index.ts';
import type { Component } from '../internal.ts';
import { openRuntime } from './open-runtime.ts';

const app = defineApp({
  name: 'orders',
  config: defineConfig({
    schema: z.object({
      pricing: z.object({ taxRate: z.coerce.number(), currency: z.string() }),
      payments: z.object({ apiKey: secret(z.string()), hook: z.string() }),
      broken: z.string(),
    }),
    sources: [env(), parameterStore({ byPath: true }), secretsManager()],
  }),
});
const answer = () => new Response();
const api = app.http({ uses: { config: ['pricing', 'payments.apiKey'] } }, answer);
const rates = app.http({ name: 'rates', uses: { config: ['pricing.taxRate'] } }, answer);
const health = app.http({ name: 'health', uses: {} }, answer);

const STORED: Readonly<Record<string, string>> = {
  '/orders/dev/pricing/taxRate': '0.2',
  '/orders/dev/pricing/currency': 'EUR',
  '/aws/reference/secretsmanager/orders/dev/payments/apiKey': 'key-of-the-payments',
};

/** The names that a process of these components asks for, and the config that each handler gets. */
async function start(components: readonly Component[]) {
  const asked: string[] = [];
  const aws: Aws = {
    call: async (_service, _operation, input) => {
      const { Names } = input as { Names: string[] }; // the one operation that config asks for by name
      asked.push(...Names);
      return {
        Parameters: Names.filter((Name) => Name in STORED).map((Name) => ({ Name, Value: STORED[Name] })),
      } as never;
    },
    as: () => aws,
  };
  const logger = createLogger({ service: 'orders', write: () => {}, env: {} });
  const runtime = await openRuntime(app, components, {
    env: { TWELVEFOLD_STAGE: 'dev' },
    aws,
    host: { concurrency: 1, isDevelopment: false },
    logger,
    metrics: createMetrics({
      namespace: 'orders',
      service: 'orders',
      logger,
      redactor: logger.redactor,
      write: () => {},
    }),
    clock: createTestClock(),
    random: () => 0.5,
    retryForMs: 0,
    caller: 'test',
  });
  const configs = components.map((component) =>
    runInScope({ kind: 'http', component: component.name }, (scope) => runtime.context(component, scope).config),
  );
  return { asked, configs: await Promise.all(configs) };
}

it('a component loads exactly the config that it names, and starts although other values are missing', async () => {
  const { asked, configs } = await start([api]);
  expect(asked).toEqual(Object.keys(STORED));
  expect(JSON.parse(JSON.stringify(configs))).toEqual([
    { pricing: { taxRate: 0.2, currency: 'EUR' }, payments: { apiKey: '[secret payments.apiKey]' } },
  ]);
  expect((await start([rates])).configs).toEqual([{ pricing: { taxRate: 0.2 } }]);
});

it('a component that names none asks for nothing', async () => {
  expect(await start([health])).toEqual({ asked: [], configs: [{}] });
});

it('a process loads what any of its components names: there it is typing, not isolation', async () => {
  const { asked, configs } = await start([
    rates,
    health,
    app.http({ name: 'keys', uses: { config: ['payments.apiKey'] } }, answer),
  ]);
  expect(asked).toEqual(['/orders/dev/pricing/taxRate', '/aws/reference/secretsmanager/orders/dev/payments/apiKey']);
  expect(new Set(configs).size).toBe(1);
});
