import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fakeStores } from './fake-stores.fixture.ts';
import { ConfigError, defineConfig, env, file, loadConfig, memory, parameterStore, secret } from './index.ts';

const target = { app: 'orders', stage: 'dev' };
type Origin = 'environment' | 'store' | 'string list' | 'JSON file' | 'memory';

/** Loads one key `a` from one place; gives its value or the details of its faults. */
async function load(schema: z.core.$ZodType, value: unknown, from: Origin = 'environment'): Promise<unknown> {
  const sources = [env(), parameterStore(), file('c.json'), ...(from === 'memory' ? [memory({ a: value })] : [])];
  const definition = defineConfig({ schema: z.object({ a: schema }), sources });
  const text = String(value);
  const stored = from === 'string list' ? ({ type: 'StringList', value: text } as const) : text;
  try {
    const loaded = await loadConfig(definition, {
      ...target,
      env: from === 'environment' ? { A: text } : {},
      aws: fakeStores({ parameters: from === 'store' || from === 'string list' ? { '/orders/dev/a': stored } : {} }),
      readFile: async () => JSON.stringify(from === 'JSON file' ? { a: value } : {}),
    });
    return loaded.a;
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    return error.faults.map(({ reason, detail }) => `${reason}: ${detail}`);
  }
}

/** A numeric enum as TypeScript compiles it. */
const Level = { Low: 1, High: 2, 1: 'Low', 2: 'High' } as const;
const number = z.coerce.number();
const BLANK = 'expected a number, found blank text';

describe('blank text is never a number', () => {
  it.each<[string, z.core.$ZodType, unknown, Origin, string]>([
    ['in the environment', number, ' ', 'environment', BLANK],
    [
      'in a union',
      z.union([number, z.literal('auto')]),
      ' ',
      'environment',
      'fits none of the alternatives in the schema',
    ],
    ['behind text', z.string().trim().pipe(z.coerce.number<string>()), ' ', 'environment', BLANK],
    ['in a string list', z.array(number), '1,,3', 'string list', `item 1: ${BLANK}`],
    ['in a list', z.array(number), '["1",""]', 'environment', `item 1: ${BLANK}`],
    ['in a record', z.record(z.string(), number), '{"perDay":""}', 'store', `inside it: ${BLANK}`],
    ['in an object of JSON', z.array(z.object({ n: number })), [{ n: '' }], 'JSON file', `item 0: ${BLANK}`],
    ['in a JSON file', number, '', 'JSON file', BLANK],
    ['in a tuple', z.tuple([z.string(), number]), ['a', '\t'], 'memory', `item 1: ${BLANK}`],
    ['in a set', z.set(number), '["1"," "]', 'environment', BLANK],
    ['in a lazy schema', z.array(z.lazy(() => number)), '[""]', 'environment', `item 0: ${BLANK}`],
    ['in a secret', secret(z.array(number)), '[""]', 'environment', BLANK],
    ['as a bigint', z.array(z.coerce.bigint()), '[""]', 'environment', `item 0: ${BLANK}`],
    ['as a default', z.array(number.default(1)), '[""]', 'environment', `item 0: ${BLANK}`],
  ])('%s', async (_, schema, value, from, detail) => {
    expect(await load(schema, value, from)).toEqual([expect.stringMatching(`^malformed: (inside it: )?`)]);
    expect(String(await load(schema, value, from))).toContain(detail);
  });

  it.each<[string, z.core.$ZodType, unknown]>([
    ['null as a number', z.array(number), [null]],
    ['an empty list as a number', z.array(number), [[]]],
    ['false as a number', z.array(number), [false]],
    ['null as a date', z.array(z.coerce.date()), [null]],
    ['an object as text', z.array(z.coerce.string()), [{}]],
  ])('nor is %s', async (_, schema, value) => {
    expect(await load(schema, value, 'JSON file')).toEqual([expect.stringMatching(/^malformed: item 0: expected /)]);
  });

  it('an absent key is missing, not the text "undefined"', async () => {
    const definition = defineConfig({ schema: z.object({ a: z.coerce.string() }), sources: [env()] });
    await expect(loadConfig(definition, { ...target, env: {} })).rejects.toThrow(/Missing\n {2}a: not set/);
  });

  it('values stay what they were', async () => {
    expect(await load(z.array(number), '["1", 2, "0x10"]')).toEqual([1, 2, 16]);
    expect(await load(z.coerce.string(), 8080, 'JSON file')).toBe('8080');
    expect(await load(z.coerce.date(), '2026-11-29')).toEqual(new Date('2026-11-29'));
    expect(await load(z.union([z.literal(''), number]), '', 'JSON file')).toBe('');
  });

  it('the schema of the user is not changed', async () => {
    const schema = z.array(number);
    await load(schema, '[""]');
    expect(schema.parse([''])).toEqual([0]);
  });

  it('a coerced boolean is refused at any depth', () => {
    const define = () =>
      defineConfig({ schema: z.object({ a: z.array(z.object({ on: z.coerce.boolean() })) }), sources: [env()] });
    expect(define).toThrow(/config key 'a': z\.coerce\.boolean\(\) reads the text 'false' as true/);
  });
});

describe('text becomes what the schema holds', () => {
  it.each<[string, z.core.$ZodType, unknown, unknown]>([
    ['a numeric enum', z.enum(Level), '2', Level.High],
    ['a number literal', z.literal([1, 2, 5]), '5', 5],
    ['a boolean literal', z.literal(true), 'true', true],
    ['a bigint literal', z.literal(5n), '5', 5n],
    ['a union of literals', z.union([z.literal(0), z.literal('auto')]), '0', 0],
    ['an optional numeric enum', z.enum(Level).optional(), '1', Level.Low],
    ['a set', z.set(z.string()), '["a","b"]', new Set(['a', 'b'])],
    ['a map of pairs', z.map(z.string(), number), '[["a","1"]]', new Map([['a', 1]])],
    ['a map of an object', z.map(z.string(), z.number()), '{"a":1}', new Map([['a', 1]])],
    ['a list of sets', z.array(z.set(z.number())), '[[1],[2]]', [new Set([1]), new Set([2])]],
  ])('%s', async (_, schema, text, value) => {
    expect(await load(schema, text)).toEqual(value);
    expect(await load(schema, text, 'store')).toEqual(value);
    expect(await load(schema, text, 'JSON file')).toEqual(value);
  });

  it('a string list is a set', async () => {
    expect(await load(z.set(z.string()), 'a,b', 'string list')).toEqual(new Set(['a', 'b']));
  });

  it('typed values in memory stay', async () => {
    expect(await load(z.set(z.number()), new Set([1]), 'memory')).toEqual(new Set([1]));
    expect(await load(z.enum(Level), 2, 'memory')).toBe(Level.High);
  });

  it('a value outside of the enum is a fault that lists the values', async () => {
    expect(await load(z.enum(Level), '3')).toEqual(['malformed: expected one of 1, 2']);
  });

  it.each([
    ['symbol', z.symbol()],
    ['file', z.file()],
    ['never', z.never()],
  ])('a %s is refused when it is defined', (type, schema) => {
    const define = () => defineConfig({ schema: z.object({ a: schema }), sources: [env()] });
    expect(define).toThrow(`Cannot define config key 'a': no source can hold a value for a zod ${type}`);
  });
});

describe("the author's own messages", () => {
  it.each<[string, z.core.$ZodType, string, string]>([
    ['of a refine', z.string().refine(() => false, 'must be a host'), 'x', 'must be a host'],
    ['of a refine, as an option', z.string().refine(() => false, { error: 'must be a host' }), 'x', 'must be a host'],
    ['of a bound', z.string().min(5, 'needs five'), 'x', 'needs five'],
    ['of a schema', z.enum(['a'], 'pick a'), 'x', 'pick a'],
    ['of a secret', secret(z.string().refine(() => false, 'begins with sk_')), 'x', 'begins with sk_'],
    ['of a function that adds it', z.string().superRefine((_, c) => c.addIssue('not a host')), 'xyz', 'not a host'],
  ])('are shown: %s', async (_, schema, text, detail) => {
    expect(await load(schema, text)).toEqual([`malformed: ${detail}`]);
  });

  it('are not shown when they depend on the value', async () => {
    const schema = z.string().refine(() => false, { error: ({ input }) => `saw ${String(input)}` });
    expect(await load(schema, 'xyz')).toEqual(["malformed: refused by one of the schema's own rules"]);
  });

  it('of a rule over several keys are shown at the key that it names, set or not', async () => {
    const schema = z
      .object({ a: z.string().optional(), b: z.string() })
      .refine(() => false, { error: 'a and b exclude one another', path: ['a'] });
    const definition = defineConfig({ schema, sources: [env()] });
    const details = async (values: Record<string, string>) => {
      const error: unknown = await loadConfig(definition, { ...target, env: values }).catch((cause: unknown) => cause);
      return ConfigError.isInstance(error)
        ? error.faults.map((fault) => `${fault.reason} ${fault.key}: ${fault.detail}`)
        : error;
    };
    expect(await details({ B: 'b' })).toEqual(['malformed a: a and b exclude one another; it is not set']);
    expect(await details({ A: 'a', B: 'b' })).toEqual(['malformed a: a and b exclude one another']);
  });
});
