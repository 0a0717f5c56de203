import type { Aws } from '@twelvefold/aws';
import { describe, expectTypeOf, it } from 'vitest';
import { z as classic } from 'zod';
import * as z from 'zod/mini';
import type { ConfigDefinition, ConfigOf, LiveConfig, Secret } from './index.ts';
import { defineConfig, derived, env, loadConfig, param, secret } from './index.ts';

const sources = [env()];
const definition = defineConfig({
  schema: z.object({
    pricing: z.object({ taxRate: z.coerce.number() }),
    payments: z.object({
      apiKey: secret(z.string().check(z.minLength(20))),
      login: secret(z.object({ user: z.string() })),
    }),
    region: z.optional(z.string()),
    level: z._default(z.enum(['info', 'debug']), 'info'),
    tags: z.array(z.object({ name: z.string() })),
    since: z.coerce.date(),
    old: z.optional(secret(z.string())),
  }),
  sources,
});
type Config = ConfigOf<typeof definition>;

describe('types', () => {
  it('come from the schema, read-only to their depth', () => {
    expectTypeOf<Config['pricing']>().toEqualTypeOf<{ readonly taxRate: number }>();
    expectTypeOf<Config['payments']['apiKey']>().toEqualTypeOf<Secret<string>>();
    expectTypeOf<Config['payments']['login']>().toEqualTypeOf<Secret<{ user: string }>>();
    expectTypeOf<Config['region']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Config['level']>().toEqualTypeOf<'info' | 'debug'>();
    expectTypeOf<Config['tags']>().toEqualTypeOf<ReadonlyArray<{ readonly name: string }>>();
    expectTypeOf<Config['since']>().toEqualTypeOf<Date>();
    expectTypeOf<Config['old']>().toEqualTypeOf<Secret<string> | undefined>();
  });

  it('give the previous version of a secret the type of its key', () => {
    const read = (live: LiveConfig<Config>) => live.previous(definition.key('payments.login'));
    expectTypeOf(read).returns.resolves.toEqualTypeOf<Secret<{ user: string }> | undefined>();
  });

  it('need no annotation where the config is loaded', () => {
    const load = (aws: Aws) => loadConfig(definition, { app: 'orders', stage: 'prod', env: {}, aws });
    expectTypeOf(load).returns.resolves.toEqualTypeOf<Config>();
    const use = (config: Config) => {
      // @ts-expect-error a loaded config is frozen
      config.pricing.taxRate = 1;
      // @ts-expect-error a secret is not its value
      const key: string = config.payments.apiKey;
      // @ts-expect-error there is no such key
      return [key, config.pricing.rate];
    };
    expectTypeOf(use).toBeFunction();
  });

  it('are the same for zod and zod/mini', () => {
    const same = defineConfig({
      schema: classic.object({ rate: classic.coerce.number(), key: secret(classic.string().min(20)) }),
      sources,
    });
    expectTypeOf<ConfigOf<typeof same>>().toEqualTypeOf<{ readonly rate: number; readonly key: Secret<string> }>();
  });

  it('go through markers: param() gives what its schema gives, derived() what its function returns', () => {
    const host = z.string();
    const key = secret(z.number());
    const marked = defineConfig({
      schema: z.object({
        host,
        key,
        rate: param(z.coerce.number(), { version: 3 }),
        limits: z.optional(param(z.object({ perDay: z.number() }))),
        origin: derived({ host }, (all) => new URL(all.host)),
        url: derived({ host, key }, (all) => ({ text: `${all.host}${all.key.reveal()}` })),
      }),
      sources,
    });
    type Marked = ConfigOf<typeof marked>;
    expectTypeOf<Marked['rate']>().toEqualTypeOf<number>();
    expectTypeOf<Marked['limits']>().toEqualTypeOf<{ readonly perDay: number } | undefined>();
    expectTypeOf<Marked['origin']>().toEqualTypeOf<URL>();
    expectTypeOf<Marked['url']>().toEqualTypeOf<Secret<{ text: string }>>();
    // @ts-expect-error the function gets what the schemas give, and nothing else
    const other = () => derived({ host }, (all) => all.port);
    // @ts-expect-error a default is not an option of the place
    const odd = () => param(host, { default: 'x' });
    expectTypeOf(other).toBeFunction();
    expectTypeOf(odd).toBeFunction();
  });

  it('let a definition be passed where any definition is taken', () => {
    expectTypeOf(definition).toExtend<ConfigDefinition>();
    expectTypeOf(definition).toExtend<ConfigDefinition<{ readonly pricing: { readonly taxRate: number } }>>();
    expectTypeOf(definition).not.toExtend<ConfigDefinition<{ readonly pricing: { readonly taxRate: string } }>>();
  });

  it('refuse a schema that is not an object, and sources that are none', () => {
    // @ts-expect-error a config is an object
    const text = () => defineConfig({ schema: z.string(), sources });
    // @ts-expect-error a source is a descriptor
    const source = () => defineConfig({ schema: z.object({}), sources: ['env'] });
    expectTypeOf(text).toBeFunction();
    expectTypeOf(source).toBeFunction();
  });
});
