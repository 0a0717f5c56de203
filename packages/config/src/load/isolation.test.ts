import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { ConfigError } from '../errors/config-error.ts';
import type { FakeStores } from '../fake-stores.fixture.ts';
import { fakeStores } from '../fake-stores.fixture.ts';
import { secret } from '../schema/secret.ts';
import { file } from '../sources/file-source.ts';
import { env, parameterStore, secretsManager } from '../sources/sources.ts';
import { loadConfig } from './load-config.ts';

const target = { app: 'orders', stage: 'prod' };
const names = Array.from({ length: 25 }, (_, index) => `p${index}`);
const ids = Array.from({ length: 5 }, (_, index) => `s${index}`);
const definition = defineConfig({
  schema: z.object({
    ...Object.fromEntries(names.map((name) => [name, z._default(z.string(), 'default')])),
    ...Object.fromEntries(ids.map((id) => [id, secret(z.string())])),
  }),
  sources: [env(), parameterStore(), secretsManager(), file('config.json')],
});
const full: FakeStores = {
  parameters: Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, name])),
  secrets: Object.fromEntries(ids.map((id) => [`orders/prod/${id}`, id])),
};
const readFile = async () => JSON.stringify(Object.fromEntries(names.map((name) => [name, 'file'])));

async function faultsOf(stores: FakeStores): Promise<{ error: ConfigError; requests: readonly string[][] }> {
  const aws = fakeStores({ ...full, ...stores });
  const error = await loadConfig(definition, { ...target, env: {}, aws, readFile }).catch((cause: unknown) => cause);
  if (!ConfigError.isInstance(error)) throw new Error('expected a ConfigError', { cause: error });
  return { error, requests: aws.requests };
}

describe('a call that one name rejects', () => {
  it('is asked again name by name: one denied parameter of thirty is one fault', async () => {
    const { error, requests } = await faultsOf({ denied: ['/orders/prod/p3'] });
    expect(error.faults).toMatchObject([{ key: 'p3', reason: 'denied', secret: false }]);
    expect(error.faults[0]?.detail).toContain('ssm:GetParameters on parameter /orders/prod/p3');
    expect(error.retryable).toBe(false);
    expect(requests.map((request) => request.length)).toEqual([10, 10, 10, ...Array(10).fill(1)]);
  });

  it('finds the denied secret among parameters', async () => {
    const { error } = await faultsOf({ denied: ['orders/prod/s1'] });
    expect(error.faults).toMatchObject([{ key: 's1', reason: 'denied', secret: true }]);
    expect(error.faults[0]?.detail).toContain('secretsmanager:GetSecretValue on secret orders/prod/s1');
  });

  it.each([true, false])(
    'finds the missing secret, whether its reference rejects the call (%s) or not',
    async (rejects) => {
      const { s2: _, ...others } = Object.fromEntries(ids.map((id) => [id, `orders/prod/${id}`]));
      const secrets = Object.fromEntries(Object.values(others).map((id) => [id, 'value']));
      const { error } = await faultsOf({ secrets, missingSecretRejects: rejects });
      expect(error.faults).toMatchObject([{ key: 's2', reason: 'missing', secret: true }]);
    },
  );

  it('keeps apart what is denied and what is missing in the same call', async () => {
    const { error } = await faultsOf({ secrets: {}, denied: ['orders/prod/s0'], missingSecretRejects: true });
    expect(error.faults.map(({ key, reason }) => `${key} ${reason}`)).toEqual([
      's0 denied',
      's1 missing',
      's2 missing',
      's3 missing',
      's4 missing',
    ]);
  });

  it('does not fall back past a store that would not say: the value there would have won', async () => {
    const { error } = await faultsOf({ denied: ['/orders/prod/p0'] });
    expect(error.faults[0]?.lookedIn).toContain('file config.json');
    expect(error.faults.map(({ key }) => key)).toEqual(['p0']);
  });
});

describe('a store that cannot be asked', () => {
  it.each(['EndpointUnreachable', 'ThrottlingException', 'InternalServerError'])(
    'is retryable and not asked name by name (%s)',
    async (code) => {
      const failure = { code, retryable: true, message: 'http://127.0.0.1:4566 is unreachable (ECONNREFUSED)' };
      const { error, requests } = await faultsOf({ failure });
      expect(error.retryable).toBe(true);
      expect(new Set(error.faults.map(({ reason }) => reason))).toEqual(new Set(['unreachable']));
      expect(error.faults).toHaveLength(30);
      expect(requests).toHaveLength(3);
      expect(error.message.match(/127\.0\.0\.1:4566/g)).toHaveLength(1);
      expect(error.cause).toMatchObject({ name: 'AwsError', awsCode: code });
    },
  );

  it('is not retryable when something else is wrong as well', async () => {
    const mixed = defineConfig({
      schema: z.object({ port: z.coerce.number(), other: z.string() }),
      sources: [env(), parameterStore()],
    });
    const aws = fakeStores({ failure: { code: 'EndpointUnreachable', retryable: true } });
    const loading = loadConfig(mixed, { ...target, env: { PORT: 'http' }, aws });
    await expect(loading).rejects.toMatchObject({
      retryable: false,
      faults: [
        { key: 'port', reason: 'malformed' },
        { key: 'other', reason: 'unreachable' },
      ],
    });
  });

  it('is not asked name by name with credentials that are no good', async () => {
    const { error, requests } = await faultsOf({ failure: { code: 'ExpiredTokenException', retryable: false } });
    expect(requests).toHaveLength(3);
    expect(error.retryable).toBe(false);
    expect(new Set(error.faults.map(({ reason }) => reason))).toEqual(new Set(['denied']));
    expect(error.faults[0]?.detail).toContain('ExpiredTokenException');
  });

  it('hides no mistake of the port behind faults', async () => {
    const aws = { ...fakeStores(), call: () => Promise.reject(new RangeError('a bug')) };
    await expect(loadConfig(definition, { ...target, env: {}, aws, readFile })).rejects.toThrow(RangeError);
  });
});

describe('a secret reference', () => {
  it('is found under the name that was asked for and under the bare id', async () => {
    const bare = fakeStores(full);
    const aws: typeof bare = {
      ...bare,
      call: async (...args) => {
        const answer = (await bare.call(...args)) as { Parameters?: Array<{ Name?: string }> }; // GetParameters is all it is asked
        for (const parameter of answer.Parameters ?? []) {
          if (parameter.Name) parameter.Name = parameter.Name.replace('/aws/reference/secretsmanager/', '');
        }
        return answer as never;
      },
    };
    const config = await loadConfig(definition, { ...target, env: {}, aws, readFile });
    expect((config.s4 as { reveal(): string } | undefined)?.reveal()).toBe('s4');
  });
});
