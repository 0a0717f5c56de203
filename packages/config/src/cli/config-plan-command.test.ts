import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { secret } from '../schema/secret.ts';
import { file } from '../sources/file-source.ts';
import { env, parameterStore, secretsManager } from '../sources/sources.ts';
import { configPlanCommand } from './config-plan-command.ts';

const config = defineConfig({
  schema: z.object({
    pricing: z.object({ taxRate: z._default(z.coerce.number(), 0.19) }),
    greeting: z.optional(z.string()),
    payments: z.object({ apiKey: z.prefault(secret(z.string()), 'never-to-be-shown') }),
    shop: z.string(),
  }),
  sources: [env(), parameterStore(), secretsManager(), file('config.{stage}.json')],
});
const exports: Record<string, unknown> = {
  app: { name: 'orders', config },
  config,
  bare: { name: 'orders', config: undefined },
  local: { name: 'orders', config: defineConfig({ schema: z.object({ shop: z.string() }), sources: [env()] }) },
  many: {
    name: 'orders',
    config: defineConfig({
      schema: z.object(Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`k${at}`, z.string()]))),
      sources: [parameterStore()],
    }),
  },
  other: 7,
  nothing: null,
};

async function plan(options: Record<string, string> = {}, flags: readonly string[] = []) {
  const given: Record<string, string> = { module: 'app.ts', stage: 'dev', export: 'app', ...options };
  let stdout = '';
  const code = await configPlanCommand.run(
    {
      text: (name) => given[name] ?? '',
      optional: (name) => given[name],
      flag: (name) => flags.includes(name),
    },
    { stdout: { write: (text) => (stdout += text) }, load: async (_module, name) => exports[name] },
  );
  return { code, stdout };
}

describe('twelvefold config plan', () => {
  it('lists where every key is looked for, in the order in which it wins, and the calls', async () => {
    expect(await plan()).toEqual({
      code: 0,
      stdout: `Config of orders at stage dev: 4 keys

pricing.taxRate
  environment      PRICING_TAX_RATE
  Parameter Store  /orders/dev/pricing/taxRate
  file             config.dev.json
  otherwise        the default, "0.19"

greeting
  environment      GREETING
  Parameter Store  /orders/dev/greeting
  file             config.dev.json
  otherwise        undefined: it is optional

payments.apiKey [secret]
  environment      PAYMENTS_API_KEY
  Secrets Manager  orders/dev/payments/apiKey
  file             config.dev.json
  otherwise        the default of the schema

shop
  environment      SHOP
  Parameter Store  /orders/dev/shop
  file             config.dev.json
  otherwise        a fault: it is required

1 call, one round trip
  ssm:GetParameters
    /orders/dev/pricing/taxRate
    /orders/dev/greeting
    /orders/dev/shop
    /aws/reference/secretsmanager/orders/dev/payments/apiKey
`,
    });
  });

  it('gives the plan itself as one line of JSON, without the default of a secret', async () => {
    const { stdout } = await plan({}, ['json']);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    const { keys, calls } = config.plan({ app: 'orders', stage: 'dev' });
    expect(JSON.parse(stdout)).toEqual({ app: 'orders', stage: 'dev', keys, calls });
    expect(stdout).not.toContain('never-to-be-shown');
  });

  it('plans a config alone, given the name of its app', async () => {
    expect(await plan({ export: 'config', app: 'orders' })).toEqual(await plan());
    await expect(plan({ export: 'config' })).rejects.toMatchObject({
      message: "the export 'config' of app.ts is a config without an app's name; give --app NAME",
      code: 'USAGE',
    });
    await expect(plan({ app: 'shop' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('says when nothing is fetched, and when it takes several calls', async () => {
    const local = await plan({ export: 'local' });
    expect(local.stdout).toContain('Config of orders at stage dev: 1 key\n');
    expect(local.stdout).toMatch(/\nNothing is fetched\.\n$/);
    expect((await plan({ export: 'many' })).stdout).toContain('\n2 calls, all at once: one round trip\n');
  });

  it.each([
    ['bare', "the app 'orders' has none; give defineApp() a config"],
    ['other', "the export 'other' of app.ts is neither an app nor a config"],
    ['nothing', "the export 'nothing' of app.ts is neither an app nor a config"],
  ])("refuses the export '%s'", async (name, message) => {
    await expect(plan({ export: name })).rejects.toThrow(message);
  });
});
