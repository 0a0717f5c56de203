import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z as classic } from 'zod';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { secret } from '../schema/secret.ts';
import { file } from '../sources/file-source.ts';
import { env, memory, parameterStore, secretsManager } from '../sources/sources.ts';
import { loadConfig } from './load-config.ts';

const target = { app: 'orders', stage: 'prod' };

async function faultOf(loading: Promise<unknown>): Promise<ConfigError> {
  const error = await loading.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!ConfigError.isInstance(error)) throw new Error('expected a ConfigError', { cause: error });
  return error;
}

/**
 * Schemas that refuse the value or repeat it: in their messages, in the paths of their issues, in
 * what they throw.
 */
const refusing: Record<string, (value: string) => { schema: z.core.$ZodType; text: string }> = {
  number: (value) => ({ schema: z.coerce.number(), text: value }),
  'number without coercion': (value) => ({ schema: z.number(), text: value }),
  boolean: (value) => ({ schema: z.stringbool(), text: value }),
  date: (value) => ({ schema: z.coerce.date(), text: value }),
  bigint: (value) => ({ schema: z.coerce.bigint(), text: value }),
  enum: (value) => ({ schema: z.enum(['info', 'debug']), text: value }),
  literal: (value) => ({ schema: z.literal('yes'), text: value }),
  url: (value) => ({ schema: z.url(), text: value }),
  regex: (value) => ({ schema: z.string().check(z.regex(/^[A-Z]+$/)), text: value }),
  'too short': (value) => ({ schema: z.string().check(z.minLength(200)), text: value }),
  'too long': (value) => ({ schema: z.string().check(z.maxLength(3)), text: value }),
  prefix: (value) => ({ schema: z.string().check(z.startsWith('arn:')), text: value }),
  'no JSON': (value) => ({ schema: z.array(z.string()), text: `{"${value}` }),
  'wrong items': (value) => ({ schema: z.array(z.number()), text: JSON.stringify([1, value]) }),
  'unknown key': (value) => ({ schema: z.array(z.strictObject({})), text: JSON.stringify([{ [value]: 1 }]) }),
  'record key': (value) => ({
    schema: z.record(z.string().check(z.maxLength(2)), z.number()),
    text: JSON.stringify({ [value]: 1 }),
  }),
  'record value': (value) => ({ schema: z.record(z.string(), z.number()), text: JSON.stringify({ [value]: value }) }),
  union: (value) => ({ schema: z.union([z.stringbool(), z.coerce.number()]), text: value }),
  'discriminated union': (value) => ({
    schema: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
    text: JSON.stringify({ kind: value }),
  }),
  'own message': (value) => ({
    schema: z.string({ error: (issue) => `saw ${issue.input}` }).check(z.length(1)),
    text: value,
  }),
  'own rule': (value) => ({
    schema: z.string().check(z.refine(() => false, { error: (issue) => `saw ${issue.input}` })),
    text: value,
  }),
  'own issue, path and all': (value) => ({
    schema: classic.string().superRefine((text, ctx) => {
      ctx.addIssue({ code: 'custom', message: `saw ${text}`, path: [text], params: { text } });
    }),
    text: value,
  }),
  'throwing transform': (value) => ({ schema: classic.string().transform((text) => new URL(text)), text: value }),
  'throwing a value': (value) => ({
    schema: classic.string().transform((text) => {
      throw text;
    }),
    text: value,
  }),
};

describe('ConfigError', () => {
  it('contains no value, wherever the value came from and however the schema refuses it', async () => {
    const kinds = fc.uniqueArray(fc.constantFrom(...Object.keys(refusing)), { minLength: 1, maxLength: 6 });
    const value = fc.stringMatching(/^zq[a-f0-9]{14}$/);
    const origin = fc.constantFrom('env', 'store', 'json', 'dotenv', 'memory');
    await fc.assert(
      fc.asyncProperty(kinds, value, origin, fc.boolean(), async (chosen, sentinel, from, hidden) => {
        const samples = chosen.map((kind, index) => {
          const { schema, text } = refusing[kind]?.(sentinel) ?? { schema: z.never(), text: '' };
          return { name: `k${index}`, schema: hidden ? secret(schema) : schema, text };
        });
        const texts = Object.fromEntries(samples.map(({ name, text }) => [name, text]));
        const upper = Object.fromEntries(samples.map(({ name, text }) => [name.toUpperCase(), text]));
        const stored = (prefix: string) =>
          Object.fromEntries(samples.map(({ name, text }) => [`${prefix}orders/prod/${name}`, text]));
        const definition = defineConfig({
          schema: z.object(Object.fromEntries(samples.map(({ name, schema }) => [name, schema]))),
          sources: [
            env(),
            parameterStore(),
            secretsManager(),
            file('config.json'),
            file('.env'),
            ...(from === 'memory' ? [memory(texts)] : []),
          ],
        });
        const error = await faultOf(
          loadConfig(definition, {
            ...target,
            env: from === 'env' ? upper : {},
            aws: fakeStores(from === 'store' ? { parameters: stored('/'), secrets: stored('') } : {}),
            readFile: async (path) => {
              if (path === 'config.json') return JSON.stringify(from === 'json' ? texts : {});
              return from === 'dotenv'
                ? Object.entries(upper)
                    .map(([name, text]) => `${name}='${text}'`)
                    .join('\n')
                : '';
            },
          }),
        );
        expect(error.faults.map(({ key, reason }) => [key, reason])).toEqual(
          samples.map(({ name }) => [name, 'malformed']),
        );
        const printed = [
          error.message,
          error.stack,
          String(error),
          JSON.stringify(error),
          inspect(error, { depth: null, showHidden: true }),
        ];
        expect(printed.filter((text) => text?.includes(sentinel))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  // Apart from the others: zod starts every key at once, and drops the rejection of one when
  // another throws.
  it('contains no value of a transform that rejects', async () => {
    const schema = classic.object({
      fine: classic.string(),
      bad: classic.string().transform(async (text) => Promise.reject(new Error(`saw ${text}`))),
      worse: secret(classic.string().transform(async (text) => Promise.reject(new Error(`saw ${text}`)))),
    });
    const definition = defineConfig({ schema, sources: [env()] });
    const error = await faultOf(loadConfig(definition, { ...target, env: { FINE: 'f', BAD: 'zq-1', WORSE: 'zq-2' } }));
    expect(error.faults.map(({ key, detail }) => `${key}: ${detail}`)).toEqual([
      'bad: the schema threw Error',
      'worse: the schema threw Error',
    ]);
    expect(inspect(error, { depth: null }) + JSON.stringify(error)).not.toContain('zq-');
  });

  it('contains no value of a rule over several keys', async () => {
    const schema = classic
      .object({ low: classic.coerce.number(), high: secret(classic.coerce.number()), other: classic.string() })
      .superRefine(({ low, other }, ctx) => {
        ctx.addIssue({ code: 'custom', message: `${low} and ${other}` });
        ctx.addIssue({ code: 'custom', message: other, path: [other] });
      });
    const definition = defineConfig({ schema, sources: [env()] });
    const error = await faultOf(loadConfig(definition, { ...target, env: { LOW: '8151', HIGH: '9', OTHER: 'zq-o' } }));
    expect(error.faults.map(({ key, reason, detail }) => ({ key, reason, detail }))).toEqual(
      Array(2).fill({ key: '', reason: 'malformed', detail: "refused by one of the schema's own rules" }),
    );
    expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(/8151|zq-o/);
  });

  it('reports a rule over several keys at the key that it names', async () => {
    const schema = classic
      .object({ tls: classic.object({ on: classic.stringbool(), key: classic.string().optional() }) })
      .refine(({ tls }) => !tls.on || tls.key !== undefined, { path: ['tls', 'key'], error: 'tls.on needs a key' });
    const error = await faultOf(
      loadConfig(defineConfig({ schema, sources: [env()] }), { ...target, env: { TLS_ON: 'true' } }),
    );
    expect(error.faults).toMatchObject([
      { key: 'tls.key', reason: 'malformed', detail: 'tls.on needs a key; it is not set', supply: { env: 'TLS_KEY' } },
    ]);
  });

  it('says what is expected from the schema, and which coercion is missing', async () => {
    const schema = z.object({
      plain: z.number(),
      flag: z.boolean(),
      rate: z.coerce.number().check(z.lte(1)),
      more: z.coerce.number().check(z.gt(1)),
      level: z.enum(['info', 'debug']),
      pin: z.string().check(z.length(4)),
      list: z.array(z.number()),
      nested: z.array(z.object({ host: z.string() })),
      url: z.url(),
    });
    const error = await faultOf(
      loadConfig(defineConfig({ schema, sources: [env()] }), {
        ...target,
        env: {
          PLAIN: '1',
          FLAG: 'true',
          RATE: '2',
          MORE: '1',
          LEVEL: 'loud',
          PIN: '12345',
          LIST: '[1,"2"]',
          NESTED: '{}',
          URL: 'example',
        },
      }),
    );
    expect(error.faults.map(({ key, detail }) => `${key}: ${detail}`)).toEqual([
      'plain: expected number, and text is never one: the schema needs z.coerce.number()',
      'flag: expected boolean, and text is never one: the schema needs z.stringbool()',
      'rate: expected at most 1',
      'more: expected more than 1',
      'level: expected one of info, debug',
      'pin: expected exactly 4 characters',
      'list: item 1: expected number',
      'nested: expected array',
      'url: is not a valid url',
    ]);
  });

  it('is readable on a terminal: grouped, with every way to supply a key', async () => {
    const definition = defineConfig({
      schema: z.object({
        pricing: z.object({ taxRate: z.coerce.number(), currency: z.enum(['EUR', 'USD']) }),
        payments: z.object({ apiKey: secret(z.string()), webhook: secret(z.string()) }),
      }),
      sources: [env(), parameterStore(), secretsManager(), file('config.json')],
    });
    const error = await faultOf(
      loadConfig(definition, {
        ...target,
        env: { PRICING_CURRENCY: 'GBP' },
        aws: fakeStores({ denied: ['orders/prod/payments/webhook'] }),
        readFile: async () => '{}',
      }),
    );
    expect(error.message).toBe(
      `
Cannot load config of orders (stage prod): 4 faults

Missing
  pricing.taxRate: not set
    looked in environment PRICING_TAX_RATE, Parameter Store /orders/prod/pricing/taxRate, file config.json
    set PRICING_TAX_RATE=<value>, or
    aws ssm put-parameter --overwrite --type String --name /orders/prod/pricing/taxRate --value '<value>'
  payments.apiKey [secret]: not set
    looked in environment PAYMENTS_API_KEY, Secrets Manager orders/prod/payments/apiKey, file config.json
    set PAYMENTS_API_KEY=<value>, or
    aws secretsmanager put-secret-value --secret-id orders/prod/payments/apiKey --secret-string '<value>'

Malformed
  pricing.currency: expected one of EUR, USD (from environment PRICING_CURRENCY)
    set PRICING_CURRENCY=<value>, or
    aws ssm put-parameter --overwrite --type String --name /orders/prod/pricing/currency --value '<value>'

Denied
  AccessDeniedException; the role needs secretsmanager:GetSecretValue on secret orders/prod/payments/webhook, and ssm:GetParameters (and kms:Decrypt for a key of your own)
    needed for payments.webhook [secret]
    or set PAYMENTS_WEBHOOK=<value>
`.trim(),
    );
  });

  it('is structured in JSON', async () => {
    const definition = defineConfig({
      schema: z.object({ key: secret(z.string()) }),
      sources: [env(), secretsManager()],
    });
    const error = await faultOf(loadConfig(definition, { ...target, env: {}, aws: fakeStores() }));
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ConfigError',
      code: 'CONFIG_INVALID',
      app: 'orders',
      stage: 'prod',
      retryable: false,
      faults: [
        {
          key: 'key',
          reason: 'missing',
          secret: true,
          detail: 'not set',
          lookedIn: ['environment KEY', 'Secrets Manager orders/prod/key'],
          supply: {
            env: 'KEY',
            secretId: 'orders/prod/key',
            command: "aws secretsmanager put-secret-value --secret-id orders/prod/key --secret-string '<value>'",
          },
        },
      ],
    });
  });

  it('is recognized, and nothing else is', () => {
    expect(ConfigError.isInstance(new ConfigError(target, []))).toBe(true);
    expect(ConfigError.isInstance(Object.assign(new Error('x'), { name: 'ConfigError' }))).toBe(false);
    expect(ConfigError.isInstance(undefined)).toBe(false);
  });
});

describe('a file at fault', () => {
  const definition = (required: boolean) =>
    defineConfig({
      schema: z.object({ v: z._default(z.string(), 'd') }),
      sources: [file('config.json', { required })],
    });
  const failing = (code: string) => async () => {
    throw Object.assign(new Error('content: zq'), { code });
  };

  it.each([
    ['is missing and required', true, failing('ENOENT'), 'missing', 'the file is required and does not exist'],
    ['is denied', false, failing('EACCES'), 'denied', 'the file cannot be read (EACCES)'],
    ['is a folder', false, failing('EISDIR'), 'malformed', 'the file cannot be read (EISDIR)'],
    ['is UTF-16', false, async () => Buffer.from('\uFEFF{"v":"zq"}', 'utf16le'), 'malformed', 'the file is not UTF-8'],
    ['is UTF-16 as text', false, async () => '{\0"\0v', 'malformed', 'the file is not UTF-8'],
    ['is Latin-1', false, async () => Buffer.from('{"v":"zqé"}', 'latin1'), 'malformed', 'the file is not UTF-8'],
    ['is not an object', false, async () => '["zq"]', 'malformed', 'the file must contain a JSON object'],
    ['is no JSON', false, async () => '{\n"v": "zq" 1}', 'malformed', 'the file is not JSON (line 2 column 11)'],
  ])('is one fault when it %s', async (_, required, readFile, reason, detail) => {
    const error = await faultOf(loadConfig(definition(required), { ...target, readFile }));
    expect(error.faults).toMatchObject([{ key: 'config.json', reason, detail }]);
    expect(error.message + JSON.stringify(error)).not.toContain('zq');
  });
});
