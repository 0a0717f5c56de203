import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { maxAgeMsOf } from './define-config.ts';
import { fakeStores } from './fake-stores.fixture.ts';
import {
  defineConfig,
  derived,
  env,
  file,
  loadConfig,
  memory,
  param,
  parameterStore,
  secret,
  secretsManager,
} from './index.ts';

const target = { app: 'orders', stage: 'dev' };
const stores = [parameterStore(), secretsManager()];
const define = (shape: Record<string, z.core.$ZodType>) => () =>
  defineConfig({ schema: z.object(shape), sources: stores });
const nested = (levels: number): z.core.$ZodType =>
  levels === 0 ? z.string() : (z.object({ l: nested(levels - 1) }) as unknown as z.core.$ZodType); // the depth is not part of the type
const fromFile = (path: string, text: string, shape: Record<string, z.core.$ZodType> = { a: z.unknown() }) =>
  loadConfig(defineConfig({ schema: z.object(shape), sources: [file(path)] }), {
    ...target,
    readFile: async () => text,
  });

describe('the mistake of a new user is reported by name', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'no options',
      () => defineConfig(undefined as never),
      /^Cannot define config: its options must be an object with some of schema/,
    ],
    [
      'null for options of a secret',
      () => secret(z.string(), null as never),
      /^Cannot mark a secret: its options must be/,
    ],
    [
      'text for options of a parameter',
      () => param(z.string(), 'name' as never),
      /^Cannot mark a parameter: its options must be/,
    ],
    ['a typo', () => secret(z.string(), { jsonkey: 'a' } as never), /unknown option 'jsonkey'; known: id, jsonKey/],
    [
      'options for the environment',
      () => (env as (options: object) => unknown)({ prefix: 'X' }),
      /env\(\) takes no options/,
    ],
    ['memory of nothing', () => memory(undefined as never), /^Cannot use memory as a source/],
    ['nothing to derive from', () => derived(undefined as never, () => 1), /it has no input/],
    [
      'no function to derive by',
      () => derived({ a: z.string() }, undefined as never),
      /it needs a function of its inputs/,
    ],
    ['14 levels', define({ l: nested(13) }), /deeper than the 13 levels/],
    [
      '16 levels by a marker',
      define({ a: param(z.string(), { name: '/a'.repeat(16) }) }),
      /16 levels, and may have 15/,
    ],
    ['an emoji', define({ 'é😀': z.string() }), /must be a letter, then letters/],
    ['an empty name', define({ '': z.string() }), /must be a letter/],
    ['__proto__', define(Object.fromEntries([['__proto__', z.string()]])), /must be a letter/],
    [
      'two keys at one parameter',
      define({ a: param(z.string(), { name: '/x' }), b: param(z.string(), { name: '/x' }) }),
      /^Cannot define config key 'b': 'a' is at parameter \/x too/,
    ],
    [
      'a plain key at a secret parameter',
      define({ a: secret(z.string(), { parameter: '/x' }), b: param(z.string(), { name: '/x' }) }),
      /'a' is at parameter \/x too/,
    ],
    [
      'two keys at one key of a secret',
      define({ a: secret(z.string(), { id: 'x', jsonKey: 'k' }), b: secret(z.string(), { id: 'x', jsonKey: 'k' }) }),
      /'a' is at secret x, k too/,
    ],
    ['a number for an age', () => maxAgeMsOf(5 as never), /maxAge 5 must be a duration/],
    ['an age of nothing', () => maxAgeMsOf('0s'), /must be a duration above 0/],
    ['an age without a unit', () => maxAgeMsOf('5' as never), /e\.g\. '5m', or 'never'/],
  ])('%s', (_, wrong, message) => {
    expect(wrong).toThrow(TypeError);
    expect(wrong).toThrow(message);
  });

  it('13 levels, names at their limits and beyond', () => {
    const [deep] = define({ l: nested(12) })().plan(target).keys;
    expect(deep?.parameter?.split('/')).toHaveLength(16);
    const long = define({ ['a'.repeat(1_011 - '/orders/dev/'.length)]: z.string() })();
    expect(long.plan(target).keys[0]?.parameter).toHaveLength(1_011);
    expect(() => long.plan({ ...target, stage: 'dev2' })).toThrow(/has 1012 characters, and the store takes 1011/);
  });

  it('ages', () => {
    const at = (maxAge: Parameters<typeof maxAgeMsOf>[0]) =>
      defineConfig({ schema: z.object({}), sources: [], maxAge }).maxAgeMs;
    expect([at('5m'), at('1.5h'), at('250ms'), at('never')]).toEqual([300_000, 5_400_000, 250, Infinity]);
  });

  it('no definition, and an environment that is not text', async () => {
    await expect(loadConfig(undefined as never, { ...target, env: {} })).rejects.toThrow(
      /give what defineConfig\(\) returns/,
    );
    const numbers = defineConfig({ schema: z.object({ a: z.coerce.number() }), sources: [env()] });
    await expect(loadConfig(numbers, { ...target, env: { A: 5 as never } })).rejects.toThrow(/a: expected text/);
  });
});

describe('odd names and values', () => {
  it('names of Object.prototype are keys like others, absent when they are not set', async () => {
    const shape = {
      constructor: z.string(),
      hasOwnProperty: z.optional(z.string()),
      toString: z.object({ valueOf: z.string() }),
    };
    const definition = defineConfig({ schema: z.object(shape), sources: [env(), memory({})] });
    const loaded = await loadConfig(definition, { ...target, env: { CONSTRUCTOR: 'a', TO_STRING_VALUE_OF: 'b' } });
    expect(Object.entries(loaded)).toEqual([
      ['constructor', 'a'],
      ['toString', { valueOf: 'b' }],
    ]);
    await expect(loadConfig(definition, { ...target, env: {} })).rejects.toThrow(/2 faults/);
  });

  it('a file cannot reach a prototype', async () => {
    const shape = { a: z.optional(z.string()), all: z.record(z.string(), z.unknown()) };
    const loaded = await fromFile('c.json', '{"__proto__":{"a":"x"},"all":{"__proto__":{"polluted":1},"b":1}}', shape);
    expect([loaded.a, Object.keys(loaded.all as object), ({} as { polluted?: unknown }).polluted]).toEqual([
      undefined,
      ['b'],
      undefined,
    ]);
  });

  it('200 keys are 20 calls at once', async () => {
    const names = Array.from({ length: 200 }, (_, at) => `k${at}`);
    const definition = define(
      Object.fromEntries(names.map((name, at) => [name, at % 2 ? z.string() : secret(z.string())])),
    )();
    const aws = fakeStores({
      parameters: Object.fromEntries(names.map((name) => [`/orders/dev/${name}`, '😀'])),
      secrets: Object.fromEntries(names.map((name) => [`orders/dev/${name}`, ''])),
    });
    await loadConfig(definition, { ...target, aws });
    expect([aws.requests.length, aws.widest]).toEqual([20, 20]);
  });

  it('a plain key does not print an encrypted value', async () => {
    const aws = fakeStores({ parameters: { '/orders/dev/a': { type: 'SecureString', value: 'hidden-value' } } });
    const error: unknown = await loadConfig(define({ a: z.string() })(), { ...target, aws }).catch(
      (cause: unknown) => cause,
    );
    expect(String(error)).toContain('a: found a SecureString; mark the key');
    expect(String(error)).not.toContain('hidden-value');
  });

  it.each([
    ['export A=1', '1'],
    ['A="x\r\ny"\r\nB=2\r\n', 'x\ny'],
    ["A='multi\nline'", 'multi\nline'],
    ['A=1 # why', '1'],
    ['A="1 # why"', '1 # why'],
    ['\uFEFFA=1', '1'],
    ['A=1\nA=2', '2'],
    ['A=$HOME', '$HOME'],
  ])('.env %j', async (text, a) => {
    expect(await fromFile('.env', text)).toEqual({ a });
  });

  it.each([
    ['a: &x [1, 2]\nb: *x', [1, 2]],
    ['a: yes', 'yes'],
    ['\uFEFFa: 2024-01-01', '2024-01-01'],
  ])('YAML %j', async (text, a) => {
    expect(await fromFile('c.yaml', text)).toEqual({ a });
  });

  it('YAML that expands without end is refused, and its oddities are not printed', async () => {
    const lines = Array.from(
      { length: 9 },
      (_, at) => `x${at + 1}: &x${at + 1} [${Array(9).fill(`*x${at}`).join(',')}]`,
    );
    const bomb = `x0: &x0 [${Array(9).fill('lol').join(',')}]\n${lines.join('\n')}\na: *x9\n`;
    await expect(fromFile('c.yaml', bomb)).rejects.toThrow(/c\.yaml: the file is not YAML/);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await fromFile('c.yaml', 'a: !!js/function "hidden-value"\n? {hidden-value: 1}\n: 2\n');
    expect(warn.mock.calls).toEqual([]);
    warn.mockRestore();
    for (const broken of ['a: 1\na: 2', '- a', '', 'a: [', 'a: x\n---\na: y']) {
      await expect(fromFile('c.yaml', broken, { a: z.string() })).rejects.toThrow(/Malformed\n {2}c\.yaml: /);
    }
  });

  it('says both ways to supply what is denied, and the file where there is nothing else', async () => {
    const definition = defineConfig({
      schema: z.object({ a: z.string(), b: secret(z.string()) }),
      sources: [env(), ...stores],
    });
    const aws = fakeStores({ denied: ['/orders/dev/a', 'orders/dev/b'] });
    await expect(loadConfig(definition, { ...target, env: {}, aws })).rejects.toThrow(
      /needed for a\n {4}or set A=<value>\n/,
    );
    await expect(fromFile('config.{stage}.json', '{}', { a: z.string() })).rejects.toThrow(
      /set it in config\.dev\.json/,
    );
  });
});
