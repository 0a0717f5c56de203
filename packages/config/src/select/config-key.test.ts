import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { ConfigOf } from '../define-config.ts';
import { defineConfig } from '../define-config.ts';
import { secret } from '../schema/secret.ts';
import type { Secret } from '../secret.ts';
import { env } from '../sources/sources.ts';
import type { ConfigValue } from './config-key.ts';
import { hasConfigPath } from './config-key.ts';
import type { ConfigPath, PickConfig } from './config-path.ts';

const config = defineConfig({
  schema: z.object({
    pricing: z.object({ taxRate: z.coerce.number(), rounding: z.object({ digits: z.coerce.number() }).optional() }),
    payments: z.object({ apiKey: secret(z.string()), hosts: z.array(z.string()) }),
    name: z.string(),
  }),
  sources: [env()],
});
type Config = ConfigOf<typeof config>;

describe('paths of a config', () => {
  it('are its sections and values, and lead into no secret and no list', () => {
    expectTypeOf<ConfigPath<Config>>().toEqualTypeOf<
      | 'pricing'
      | 'pricing.taxRate'
      | 'pricing.rounding'
      | 'pricing.rounding.digits'
      | 'payments'
      | 'payments.apiKey'
      | 'payments.hosts'
      | 'name'
    >();
    expectTypeOf<ConfigValue<Config, 'payments.apiKey'>>().toEqualTypeOf<Secret<string>>();
    for (const path of ['pricing', 'pricing.taxRate', 'payments.apiKey', 'name']) {
      expect(hasConfigPath(config, path), path).toBe(true);
    }
    for (const path of ['price', 'pricing.', 'pricing.tax', 'payments.apiKey.x', '']) {
      expect(hasConfigPath(config, path), path).toBe(false);
    }
  });

  it('pick exactly the named part', () => {
    type Part = PickConfig<Config, 'pricing' | 'payments.apiKey'>;
    expectTypeOf<Part>().toEqualTypeOf<{
      readonly pricing: Config['pricing'];
      readonly payments: { readonly apiKey: Secret<string> };
    }>();
    expectTypeOf<keyof PickConfig<Config, never>>().toEqualTypeOf<never>();
    expectTypeOf<Config>().toExtend<Part>();
  });

  it('make typed references', () => {
    const key = config.key('payments.apiKey');
    expect(key).toMatchObject({ path: 'payments.apiKey', config });
    expectTypeOf<NonNullable<(typeof key)['types']>['value']>().toEqualTypeOf<Secret<string>>();
    // @ts-expect-error: there is no such value
    expect(() => config.key('payments.key')).toThrow("Cannot refer to 'payments.key': the config has no such section");
  });
});
