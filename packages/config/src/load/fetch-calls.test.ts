import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineConfig } from '../define-config.ts';
import { secret } from '../schema/secret.ts';
import { Secret } from '../secret.ts';
import { parameterStore, secretsManager } from '../sources/sources.ts';
import { loadConfig } from './load-config.ts';

const target = { app: 'orders', stage: 'prod' };
type Answer = (operation: string, input: never) => object;

/** A port of one function; every call is noted. */
function portOf(answer: Answer) {
  const calls: Array<[string, object]> = [];
  const aws: Aws = {
    call: async (_service, operation, input) => {
      calls.push([operation, input as object]);
      return answer(operation, input as never) as never; // the test's answers are the operation's
    },
    as: () => aws,
  };
  return { aws, calls };
}
const fail = (code: string, httpStatus = 400): never => {
  const details = { awsCode: code, service: 's', operation: 'o', httpStatus, retryable: httpStatus >= 500 };
  throw new AwsError(`Cannot call: ${code}`, details);
};

describe('by path', () => {
  const definition = defineConfig({
    schema: z.object({ a: z.string(), b: z.optional(z.string()), deep: z.object({ c: z.string() }) }),
    sources: [parameterStore({ byPath: true })],
  });

  it('is one call, whose pages may be empty and still have a next one', async () => {
    const pages: Record<string, object> = {
      '': { Parameters: [], NextToken: '1' },
      1: { Parameters: [{ Name: '/orders/prod/a', Value: 'A' }], NextToken: '2' },
      2: { NextToken: '3' },
      3: {
        Parameters: [
          { Name: '/orders/prod/deep/c', Value: 'C' },
          { Name: '/orders/prod/bindings/x', Value: 'not ours' },
        ],
      },
    };
    const { aws, calls } = portOf((_, { NextToken = '' }: { NextToken?: string }) => pages[NextToken] ?? {});
    expect(await loadConfig(definition, { ...target, aws })).toEqual({ a: 'A', deep: { c: 'C' } });
    expect(calls).toHaveLength(4);
    expect(calls[1]).toEqual([
      'GetParametersByPath',
      { Path: '/orders/prod/', Recursive: true, WithDecryption: true, MaxResults: 10, NextToken: '1' },
    ]);
    const plan = definition.plan(target);
    expect(plan.calls).toMatchObject([{ operation: 'GetParametersByPath', path: '/orders/prod/' }]);
    expect(plan.access).toEqual([{ action: 'ssm:GetParametersByPath', on: 'parameters', names: ['/orders/prod'] }]);
  });

  it('is a fault of every key when it is denied', async () => {
    const { aws } = portOf(() => fail('AccessDeniedException'));
    await expect(loadConfig(definition, { ...target, aws })).rejects.toMatchObject({
      faults: [{ reason: 'denied' }, { reason: 'denied' }, { reason: 'denied' }],
    });
  });
});

describe('in batches', () => {
  const ids = Array.from({ length: 23 }, (_, at) => `s${at}`);
  const definition = defineConfig({
    schema: z.object(Object.fromEntries(ids.map((id) => [id, secret(z.string())]))),
    sources: [secretsManager({ batch: true })],
  });

  it('takes twenty at a time, page by page, and tells what failed for one secret alone', async () => {
    const { aws, calls } = portOf((_, { SecretIdList, NextToken }: { SecretIdList: string[]; NextToken?: string }) => {
      if (SecretIdList.length === 20 && !NextToken) return { SecretValues: [], NextToken: 'more' };
      return {
        SecretValues: SecretIdList.filter((id) => !/s[12]$/.test(id)).map((Name) => ({
          Name,
          SecretString: `v ${Name}`,
        })),
        Errors: [
          { SecretId: 'orders/prod/s1', ErrorCode: 'AccessDeniedException', Message: 'no' },
          {
            SecretId: 'arn:aws:secretsmanager:r:1:secret:orders/prod/s2-AbCdEf',
            ErrorCode: 'ResourceNotFoundException',
          },
        ],
      };
    });
    const error: unknown = await loadConfig(definition, { ...target, aws }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      faults: [
        { key: 's1', reason: 'denied' },
        { key: 's2', reason: 'missing' },
      ],
    });
    expect(calls.map(([operation]) => operation)).toEqual(Array(3).fill('BatchGetSecretValue'));
    expect(definition.plan(target).access.map(({ action, names }) => `${action} ${names.length}`)).toEqual([
      'secretsmanager:GetSecretValue 23',
      'secretsmanager:BatchGetSecretValue 23',
    ]);
  });

  it('asks secret by secret when the batch itself is denied', async () => {
    const { aws, calls } = portOf((operation, { SecretId }: { SecretId: string }) =>
      operation === 'BatchGetSecretValue' ? fail('AccessDeniedException') : { SecretString: SecretId },
    );
    const config = await loadConfig(definition, { ...target, aws });
    expect(Secret.isInstance(config.s22) && config.s22.reveal()).toBe('orders/prod/s22');
    expect(calls).toHaveLength(2 + 23);
  });
});

describe('a reference that leads nowhere', () => {
  const definition = defineConfig({
    schema: z.object({ a: z.string(), b: z.string(), empty: secret(z.string()), full: secret(z.string()) }),
    sources: [parameterStore(), secretsManager()],
  });
  const answer =
    (refuse: () => never): Answer =>
    (operation, input: { Names?: string[]; SecretId?: string }) => {
      if (operation === 'GetSecretValue') {
        return input.SecretId === 'orders/prod/full' ? { SecretString: 'f' } : fail('ResourceNotFoundException');
      }
      if (input.Names?.some((name) => name.includes('secretsmanager'))) return refuse();
      return { Parameters: input.Names?.map((Name) => ({ Name, Value: Name })) };
    };

  // What AWS answers is documented poorly: InvalidParameters (isolation.test.ts), or the whole call
  // fails, in one of these ways.
  it.each([
    ['ParameterNotFound', 400, 4],
    ['ValidationException', 400, 4],
    ['AccessDeniedException', 400, 4],
    ['InternalServerError', 500, 3],
  ])('is one fault when it fails the whole call with %s', async (code, status, more) => {
    const { aws, calls } = portOf(answer(() => fail(code, status)));
    await expect(loadConfig(definition, { ...target, aws })).rejects.toMatchObject({
      faults: [{ key: 'empty', reason: 'missing' }],
    });
    expect(calls).toHaveLength(1 + more);
  });

  it('reports that a binary secret is not text', async () => {
    const { aws } = portOf((operation, input) =>
      operation === 'GetSecretValue'
        ? { SecretBinary: new Uint8Array(1) }
        : answer(() => fail('ValidationException'))(operation, input),
    );
    await expect(loadConfig(definition, { ...target, aws })).rejects.toMatchObject({
      faults: [{ detail: 'expected text, found a binary secret' }, { key: 'full', reason: 'malformed' }],
    });
  });
});
