import { describe, expect, it } from 'vitest';
import { z as classic } from 'zod';
import * as z from 'zod/mini';
import { z as zod3 } from 'zod/v3';
import { defineConfig } from './define-config.ts';
import { secret } from './schema/secret.ts';
import { file } from './sources/file-source.ts';
import { env } from './sources/sources.ts';

const define = (schema: object) => defineConfig({ schema: schema as never, sources: [env()] });
const deep = (levels: number): object =>
  levels === 0 ? z.object({ leaf: z.string() }) : z.object({ level: deep(levels - 1) as z.ZodMiniType });

describe('defineConfig', () => {
  it('finds every key, through wrappers, pipes and lazy schemas, in zod and zod/mini', () => {
    const definition = defineConfig({
      schema: classic.object({
        a: classic.string().optional(),
        b: classic.object({ c: classic.coerce.number().default(3), d: classic.stringbool().nullable() }).optional(),
        e: z.lazy(() => z.readonly(z.object({ f: secret(z.array(z.string())) }))),
        g: z.pipe(
          z.object({ h: z.string() }),
          z.transform(({ h }) => h.length),
        ),
        i: classic.preprocess((text) => text, classic.string().optional()),
        j: z.union([z.array(z.string()), z.record(z.string(), z.string())]),
        k: z.nonoptional(z.optional(z.string())),
        l: z.json(),
      }),
      sources: [],
    });
    const shown = definition.leaves.map(({ key, env, secret, optional, hasDefault, nullable, reads }) =>
      [key, env, reads, secret && 'secret', optional && 'optional', hasDefault && 'default', nullable && 'nullable']
        .filter(Boolean)
        .join(' '),
    );
    expect(shown).toEqual([
      'a A text optional',
      'b.c B_C number optional default',
      'b.d B_D text optional nullable',
      'e.f E_F json secret',
      'g.h G_H text',
      'i I value optional',
      'j J json',
      'k K text',
      'l L value',
    ]);
  });

  it.each([
    [
      'two keys of one variable',
      z.object({ taxRate: z.string(), tax: z.object({ rate: z.string() }) }),
      /TAX_RATE with 'taxRate'/,
    ],
    [
      'a Twelvefold variable',
      z.object({ twelvefold: z.object({ stage: z.string() }) }),
      /TWELVEFOLD_STAGE belongs to Twelvefold/,
    ],
    ['an AWS variable', z.object({ awsRegion: z.string() }), /AWS_REGION belongs to AWS/],
    ["the host's variable", z.object({ path: z.string() }), /PATH belongs to the host/],
    ['the place of bindings', z.object({ bindings: z.object({ x: z.string() }) }), /belongs to attached resources/],
    ['a key that no store can hold', z.object({ 'tax rate': z.string() }), /"tax rate" must be a letter/],
    ['a dotted key', z.object({ 'a.b': z.string() }), /"a.b" must be a letter/],
    ['a key that is too deep', deep(13), /deeper than the 13 levels/],
    ['a boolean that reads "false" as true', z.object({ on: z.coerce.boolean() }), /use z.stringbool\(\)/],
    ['a secret inside a plain value', z.object({ keys: z.array(secret(z.string())) }), /mark the whole key/],
    [
      'a secret behind preprocess',
      z.object({ key: classic.preprocess((v) => v, secret(z.string())) }),
      /mark the whole key/,
    ],
    ['another zod schema', z.string(), /not a zod string/],
    ['zod 3', zod3.object({}), /not a zod 3 schema/],
    ['another Standard Schema', { '~standard': { vendor: 'valibot' } }, /not a valibot schema, and a Standard Schema/],
    ['nothing', {}, /not object/],
  ])('refuses %s', (_, schema, message) => {
    expect(() => define(schema)).toThrow(message);
    expect(() => define(schema)).toThrow(TypeError);
  });

  it('refuses a schema that contains itself', () => {
    const node = z.object({
      name: z.string(),
      get child() {
        return z.optional(node);
      },
    }) as z.ZodMiniType;
    expect(() => define(z.object({ node }))).toThrow(/'node.child': its schema contains itself/);
  });

  it('refuses sources that are none, or listed twice, and unknown options', () => {
    const schema = z.object({ a: z.string() });
    expect(() => defineConfig({ schema, sources: ['env' as never] })).toThrow(/a source is env\(\)/);
    expect(() => defineConfig({ schema, sources: [undefined as never] })).toThrow(/a source is env\(\)/);
    expect(() => defineConfig({ schema, sources: [env(), env()] })).toThrow(/source env is listed twice/);
    expect(() => defineConfig({ schema, sources: [file('.env'), file('.env')] })).toThrow(/file .env is listed twice/);
    expect(() => defineConfig({ schema, sources: [], prefix: 'X_' } as never)).toThrow(/unknown option 'prefix'/);
    expect(() => defineConfig({ schema } as never)).toThrow(/sources must be a list/);
  });

  it('refuses files that it cannot read', () => {
    expect(() => file('config.toml')).toThrow(/must end in .json, .yaml or .yml, or be .env/);
    expect(() => file('config.json', { require: true } as never)).toThrow(/unknown option 'require'/);
    expect([file('a.yaml'), file('b/c.yml')].map(({ format }) => format)).toEqual(['yaml', 'yaml']);
    expect([file('.env'), file('a/.env.test'), file('local.env'), file('x.json')].map(({ format }) => format)).toEqual([
      'env',
      'env',
      'env',
      'json',
    ]);
  });

  it('is plain, frozen data', () => {
    const definition = defineConfig({ schema: z.object({ a: z.string() }), sources: [env()] });
    expect(Object.isFrozen(definition)).toBe(true);
    expect(Object.isFrozen(definition.sources)).toBe(true);
    expect(JSON.parse(JSON.stringify(definition.sources))).toEqual([{ kind: 'env' }]);
  });
});
